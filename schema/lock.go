package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// LockFileName is what a lock file is called.
const LockFileName = "wamp.lock.json"

// LockFormat is the version of the lock file's format.
const LockFormat = "1.0"

// Lock is what services promise their peers, without documentation: it is
// committed, so that a later version can be compared with it.
type Lock struct {
	Format   string          `json:"wampLock"` // filled in by Marshal
	Packages []string        `json:"packages"` // the patterns that select the Go packages, such as "./..."
	Services []LockedService `json:"services"` // sorted by Marshal: by service, version and interface
}

// LockedService is one service with the Go interface it was made from.
type LockedService struct {
	Interface string   `json:"interface"` // such as "example.com/fleet/device.Device"
	Catalog   *Catalog `json:"catalog"`
}

// Catalogs are those of all services.
func (l *Lock) Catalogs() []*Catalog {
	var catalogs []*Catalog
	for _, s := range l.Services {
		catalogs = append(catalogs, s.Catalog)
	}
	return catalogs
}

// Marshal writes the lock file: indented by two blanks, all members of catalogs sorted,
// the same bytes for the same services in whatever order. It does not change l.
func (l *Lock) Marshal() ([]byte, error) {
	type service struct {
		Interface string         `json:"interface"`
		Catalog   jsontext.Value `json:"catalog"`
	}
	out := struct {
		Format   string    `json:"wampLock"`
		Packages []string  `json:"packages"`
		Services []service `json:"services"`
	}{LockFormat, append([]string{}, l.Packages...), []service{}}
	for _, s := range l.sorted() {
		bare, err := s.Catalog.Lock()
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", s.Interface, err)
		}
		out.Services = append(out.Services, service{s.Interface, bare})
	}
	compact, err := marshalDocument(out)
	if err != nil {
		return nil, err
	}
	return indentDocument(compact)
}

func (l *Lock) sorted() []LockedService {
	services := slices.Clone(l.Services)
	slices.SortFunc(services, func(a, b LockedService) int {
		return cmp.Or(
			cmp.Compare(a.Catalog.Service, b.Catalog.Service), cmp.Compare(a.Catalog.Version, b.Catalog.Version), cmp.Compare(a.Interface, b.Interface),
		)
	})
	return services
}

// ParseLock reads a lock file as [Lock.Marshal] writes it; it is as strict as
// [Parse]. A single catalog counts as a lock of one service.
func ParseLock(document []byte) (*Lock, error) {
	var head struct {
		Format   string   `json:"wampLock"`
		Catalog  string   `json:"wampCatalog"`
		Packages []string `json:"packages"`
		Services []struct {
			Interface string          `json:"interface"`
			Catalog   json.RawMessage `json:"catalog"`
		} `json:"services"`
	}
	if len(bytes.TrimSpace(document)) == 0 {
		return nil, errors.New("lock: the document is empty")
	}
	if err := json.Unmarshal(document, &head); err != nil && head.Catalog == "" {
		return nil, fmt.Errorf("lock: %w", locate(document, err))
	}
	if head.Catalog != "" {
		c, err := Parse(document)
		if err != nil {
			return nil, err
		}
		return &Lock{Format: LockFormat, Services: []LockedService{{Catalog: c}}}, nil
	}
	switch head.Format {
	case LockFormat:
	case "":
		return nil, errors.New("lock: wampLock is missing: this is no lock file")
	default:
		return nil, fmt.Errorf("lock: wampLock %s is not the format %s that this program reads", head.Format, LockFormat)
	}
	lock := &Lock{Format: head.Format, Packages: head.Packages}
	for i, s := range head.Services {
		c, err := Parse(s.Catalog)
		if err != nil {
			return nil, fmt.Errorf("lock: service %d: %w", i, err)
		}
		lock.Services = append(lock.Services, LockedService{s.Interface, c})
	}
	return lock, nil
}
