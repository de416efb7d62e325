package codec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

func TestOptionsAreBounded(t *testing.T) {
	const most = 100
	long, short := strings.Repeat("x", most), strings.Repeat("x", most/2)
	list := strings.TrimSuffix(strings.Repeat("1,", most), ",")
	for _, row := range []struct {
		message string
		ok      bool
	}{
		{`[48,1,{"_x":"` + short + `"},"com.x"]`, true},
		{`[48,1,{},"com.x",["` + long + `"],{"x":"` + long + `"}]`, true},
		{`[48,1,{"_x":"` + long + `"},"com.x"]`, false},
		{`[48,1,{"rkey":"` + long + `"},"com.x"]`, false},
		{`[48,1,{"unknown":["` + long + `"]},"com.x"]`, false},
		{`[16,1,{"exclude":[` + list + `]},"com.x"]`, false},
		{`[16,1,{"eligible_authid":["` + long + `","x"]},"com.x"]`, false},
		{`[1,"realm1",{"agent":"` + long + `"}]`, false},
		{`[1,"realm1",{"agent":"` + short + `"}]`, true},
		{`[6,{"message":"` + long + `"},"com.x"]`, false},
		{`[5,"` + long + `",{}]`, true},
	} {
		for _, f := range wamp.Formats() {
			frame, err := codec.Transcode(nil, wamp.JSON, f, []byte(row.message))
			if err != nil {
				t.Fatal(err)
			}
			_, err = codec.NewDecoder(f, codec.Options{MaxOptions: most}).Decode(frame)
			if (err == nil) != row.ok {
				t.Errorf("%s %.60s…: %v", f, row.message, err)
			}
			if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("longer than %d octets", most)) {
				t.Errorf("%s %.60s…: %v", f, row.message, err)
			}
			if _, err := codec.NewDecoder(f, codec.Options{}).Decode(frame); err != nil {
				t.Errorf("%s %.60s… without a bound: %v", f, row.message, err)
			}
		}
	}
}
