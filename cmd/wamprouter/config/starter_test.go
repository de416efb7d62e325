package config

import "testing"

func TestTheStarterFileIsRightAndSafe(t *testing.T) {
	loaded, err := Parse("router.yaml", []byte(Starter))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loaded.Build(NewKept()); err != nil {
		t.Error(err)
	}
	for _, w := range loaded.Warnings() {
		t.Errorf("warning: %v", w)
	}
}
