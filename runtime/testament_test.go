package runtime_test

import (
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

func TestTestamentsArePublishedAtTheEnd(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		heir, stranger := p.session(), p.session()
		_, inherited := subscribe(t, heir, "com.test.will")
		_, overheard := subscribe(t, stranger, "com.test.will")
		mortal := p.session()
		for _, will := range []struct {
			scope runtime.TestamentScope
			text  string
		}{{runtime.WhenDestroyed, "late"}, {runtime.WhenDetached, "early"}} {
			content := &runtime.Result{Args: []any{will.text}, Kwargs: wamp.Dict{"of": "mortal"}}
			err := mortal.AddTestament(t.Context(), will.scope, "com.test.will", content,
				runtime.WithExclude(stranger.ID()), runtime.WithEligible(heir.ID(), stranger.ID()), runtime.WithDiscloseMe(true))
			if err != nil {
				t.Fatal(err)
			}
		}
		_ = mortal.Close()
		for _, want := range []string{"early", "late"} {
			e := await(t, inherited)
			if e.Args[0] != want || e.Kwargs["of"] != "mortal" || e.details.Publisher != mortal.ID() {
				t.Errorf("got %+v of %+v, want %s", e.Result, e.details, want)
			}
		}
		if len(overheard) > 0 {
			t.Errorf("who was excluded got %+v", <-overheard)
		}
	})
}

func TestFlushedTestamentsAreNotPublished(t *testing.T) {
	p := newPlace(t, links[0])
	heir, mortal := p.session(), p.session()
	_, inherited := subscribe(t, heir, "com.test.will")
	for _, scope := range []runtime.TestamentScope{runtime.WhenDetached, runtime.WhenDestroyed} {
		if err := mortal.AddTestament(t.Context(), scope, "com.test.will", runtime.NewResult(string(scope))); err != nil {
			t.Fatal(err)
		}
	}
	if err := mortal.FlushTestaments(t.Context(), runtime.WhenDetached); err != nil {
		t.Fatal(err)
	}
	_ = mortal.Close()
	if e := await(t, inherited); e.Args[0] != "destroyed" { // behind which nothing is left
		t.Errorf("got %+v", e.Result)
	}
}
