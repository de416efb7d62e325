package schema_test

import (
	"go/types"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/schema"
)

func TestDefinitionNames(t *testing.T) {
	s := checkSource(t, "example.com/p", `
		type Point struct{ X int }
		type Page[T any] struct{ Items []T }
		type Pair[A, B any] struct{ A A; B B }
		type Größe struct{ X int }
		type T = struct {
			A Page[Point]; B Page[*Point]; C Page[[]byte]; D Page[map[string]int]; E Page[Page[Point]]; F Pair[int, [2]string]
			G Page[any]; H Page[struct{ X int }]; I Größe; J Page[[]*bool]
		}`)
	b := s.builder()
	one(b.Schema(s.typ(t, "T")))
	got := names(b)
	want := []string{"Gr_u00F6_u00DFe", "PageOfAny", "PageOfBytes", "PageOfListOfOptionalBool", "PageOfMapOfInt", "PageOfObject",
		"PageOfOptionalPoint", "PageOfPageOfPoint", "PageOfPoint", "PairOfIntAndArrayOf2String", "Point"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	for name, def := range b.Defs() {
		if !regexp.MustCompile(`^[A-Za-z0-9_.]+$`).MatchString(name) || def.Title == "" {
			t.Errorf("%s has title %q", name, def.Title)
		}
	}
}

func names(b *schema.Builder) []string {
	var out []string
	for name := range b.Defs() {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// collision is three packages with a type of the same name, used from a fourth.
func collision(t *testing.T) (home *sources, all []types.Type) {
	known := map[string]*types.Package{}
	for _, path := range []string{"example.com/store", "example.com/shop/v1", "example.com/bar-shop/v1"} {
		s := checkSource(t, path, "type Item struct { "+map[byte]string{'t': "Store", '1': "Shop"}[path[13]]+"X int }")
		known[path] = s.pkg
		all = append(all, s.typ(t, "Item"))
	}
	home = checkWith(t, "example.com/home", `
		import ( "example.com/store"; a "example.com/shop/v1"; b "example.com/bar-shop/v1" )
		type Item struct { A store.Item; B a.Item; C b.Item; Page Page[store.Item]; Own Page[*Item]; Other Page[[]a.Item] }
		type Page[T any] struct { V T }`, known)
	return home, append(all, home.typ(t, "Item"))
}

func TestCollidingNamesAreQualified(t *testing.T) {
	home, all := collision(t)
	for name, row := range map[string]struct {
		pkg  string
		want []string
	}{
		"the described package keeps the short name": {"example.com/home", []string{"Item", "PageOfOptionalItem", "PageOfListOfShopV1Item", "PageOfStoreItem", "bar_shop.v1.Item", "store.Item", "shop.v1.Item"}},
		"else all are qualified":                     {"", []string{"PageOfListOfShopV1Item", "PageOfOptionalHomeItem", "PageOfStoreItem", "bar_shop.v1.Item", "home.Item", "store.Item", "shop.v1.Item"}},
	} {
		for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
			b := schema.NewBuilder(schema.Options{Package: row.pkg})
			for _, i := range order {
				one(b.Schema(all[i]))
			}
			if diff := cmp.Diff(slices.Sorted(slices.Values(row.want)), names(b)); diff != "" {
				t.Errorf("%s, order %v (-want +got):\n%s", name, order, diff)
			}
		}
	}
	b := home.builder()
	got := one(b.Schema(home.typ(t, "Item")))
	if got.Ref != "#/$defs/Item" || b.Defs()["Item"].Properties.Value("B").Ref != "#/$defs/shop.v1.Item" {
		t.Errorf("references are %s and %s", got.Ref, b.Defs()["Item"].Properties.Value("B").Ref)
	}
	if title := b.Defs()["shop.v1.Item"].Title; title != "ShopV1Item" {
		t.Errorf("title is %s", title)
	}
	compile(t, got, b.Defs())
}

// Whoever was referred to by the short name is told when another type wants it too.
func TestEarlierReferencesFollowARename(t *testing.T) {
	_, all := collision(t)
	b := schema.NewBuilder(schema.Options{})
	first := one(b.Schema(all[0]))
	if first.Ref != "#/$defs/Item" {
		t.Errorf("alone it is %s", first.Ref)
	}
	one(b.Schema(all[1]))
	if first.Ref != "#/$defs/store.Item" {
		t.Errorf("with a second it is %s", first.Ref)
	}
}
