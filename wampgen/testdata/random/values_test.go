// Package random is copied to where random signatures are compiled: it makes values of any type and
// compares what was sent with what arrived.
package random

import (
	"context"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

type echo struct{}

type hear chan []any

func (h hear) next(t *testing.T) []any {
	select {
	case values := <-h:
		return values
	case <-time.After(20 * time.Second):
		t.Error("no event")
		return nil
	}
}

func TestRoundTrip(t *testing.T) {
	seed, _ := strconv.ParseUint(os.Getenv("WAMPGEN_SEED"), 10, 64)
	for _, format := range []wamp.Format{wamp.CBOR, wamp.MsgPack, wamp.JSON} {
		t.Run(format.String(), func(t *testing.T) {
			router := wamptest.New(t, wamptest.WithSerializer(format))
			service, session := router.Session(t), router.Session(t)
			ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
			defer cancel()
			if _, err := RegisterService(ctx, service, echo{}); err != nil {
				t.Fatal(err)
			}
			h := make(hear, 1)
			if _, err := SubscribeTopics(ctx, session, h); err != nil {
				t.Fatal(err)
			}
			for round := range uint64(3) {
				r := rand.New(rand.NewPCG(seed, round))
				callAll(t, ctx, r, NewServiceClient(session))
				publishAll(t, ctx, r, NewTopicsPublisher(service), h)
			}
		})
	}
}

var compare = cmp.Options{
	cmp.Exporter(func(reflect.Type) bool { return true }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
}

func same[T any](t *testing.T, what string, err error, sent, got T) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if diff := cmp.Diff(sent, got, compare); diff != "" {
		t.Errorf("%s (-sent +got):\n%s", what, diff)
	}
}

// sameItems is same for items that come one by one, of which none is no list.
func sameItems[T any](t *testing.T, what string, err error, sent, got []T) {
	t.Helper()
	if len(sent)+len(got) > 0 || err != nil {
		same(t, what, err, sent, got)
	}
}

func sequence[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	all := []T{}
	for item, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

// value makes a random value. Nil lists and dictionaries are left out, since they arrive empty,
// and so is the nil pointer to a struct at the top, since a request arrives as an empty one.
func value[T any](r *rand.Rand) (v T) {
	fill(r, reflect.ValueOf(&v).Elem(), 0)
	return v
}

func fill(r *rand.Rand, v reflect.Value, depth int) {
	if special(r, v, depth) {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(number(r)) >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(number(r) >> (64 - v.Type().Bits()))
	case reflect.Float32:
		v.SetFloat(float64(float32(r.NormFloat64() * math.Pow10(r.IntN(20)-10))))
	case reflect.Float64:
		v.SetFloat(r.NormFloat64() * math.Pow10(r.IntN(200)-100))
	case reflect.String:
		v.SetString(text(r))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), few(r, depth), 10))
		for i := range v.Len() {
			fill(r, v.Index(i), depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(r, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range few(r, depth) {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key, depth+1)
			fill(r, elem, depth+1)
			v.SetMapIndex(key, elem)
		}
	case reflect.Pointer:
		if depth > 6 || r.IntN(3) == 0 && !(depth == 0 && v.Type().Elem().Kind() == reflect.Struct) {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i), depth+1)
		}
	default:
		panic(fmt.Sprint("no values of ", v.Type()))
	}
}

// special fills types whose values are not any that their kind has.
func special(r *rand.Rand, v reflect.Value, depth int) bool {
	if !v.CanSet() {
		return true
	}
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(r.Int64N(7e9), r.Int64N(1e9)).UTC()
	case *netip.Addr:
		var b [16]byte
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		*p = netip.AddrFrom16(b)
	case *Name:
		*p = Name("n-" + strconv.Itoa(r.IntN(1000)))
	case *Path:
		*p = Path("a.b" + strconv.Itoa(r.IntN(10)) + ".c")
	case *Text:
		*p = Text{strconv.Itoa(r.IntN(1000))}
	case *Shape:
		*p = shape(r, depth)
	default:
		return false
	}
	return true
}

func shape(r *rand.Rand, depth int) Shape {
	switch n := r.IntN(3); {
	case n == 0 || depth > 4:
		return Circle{r.NormFloat64()}
	case n == 1:
		s := new(Square)
		fill(r, reflect.ValueOf(s).Elem(), depth+1)
		return s
	}
	var g Group
	fill(r, reflect.ValueOf(&g).Elem(), depth+1)
	return g
}

func few(r *rand.Rand, depth int) int {
	if depth > 4 {
		return 0
	}
	return r.IntN(4)
}

// number is large or small, with either sign.
func number(r *rand.Rand) uint64 {
	switch r.IntN(4) {
	case 0:
		return 0
	case 1:
		return math.MaxUint64
	case 2:
		return 1 << 63
	}
	return r.Uint64()
}

var letters = []rune("ab \x00\n\"\\é€𝄞/<>&\u2028")

func text(r *rand.Rand) string {
	var s []rune
	for range r.IntN(6) {
		s = append(s, letters[r.IntN(len(letters))])
	}
	if len(s) > 0 && s[0] == 0 {
		s[0] = 'x' // JSON has no strings that begin like its byte strings
	}
	return string(s)
}
