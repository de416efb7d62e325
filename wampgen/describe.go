package wampgen

import (
	"context"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/catalog"
	"github.com/wampkit/wampkit/wampgen/diag"
)

// Description is the catalog of one annotated interface.
type Description struct {
	Package   string // import path
	Interface string
	Catalog   *schema.Catalog
}

// Describe returns the catalogs that Generate embeds, in the order of packages
// and, within a package, of the source. With diagnostics there are none. The
// error is for the go command failing.
func Describe(ctx context.Context, options Options) ([]Description, diag.List, error) {
	packages, err := analyzed(ctx, options)
	if err != nil {
		return nil, nil, err
	}
	if len(packages.complaints) > 0 {
		packages.complaints.Sort()
		return nil, packages.complaints, nil
	}
	var descriptions []Description
	for _, p := range packages.all {
		if p.model == nil {
			continue
		}
		entries, err := catalog.Build(p.model, p.Doc)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range entries {
			descriptions = append(descriptions, Description{p.Path, e.Interface, e.Catalog})
		}
	}
	return descriptions, nil, nil
}
