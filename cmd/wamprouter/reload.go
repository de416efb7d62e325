package main

import (
	"net/url"

	"github.com/wampkit/wampkit/cmd/wamprouter/config"
)

// reload reads the file again. What can change without dropping sessions does: users,
// roles, realms, limits, origins, certificates, the log level, and listeners that come
// or go. A file with mistakes changes nothing. It returns how many listeners were added.
func (d *daemon) reload() (added int) {
	d.notify.reloading()
	defer func() { d.notify.ready(d.greeting()) }()
	loaded, err := d.load()
	if err != nil {
		d.refuse(err)
		return 0
	}
	settings, err := loaded.Build(d.kept)
	if err != nil {
		d.refuse(err)
		return 0
	}
	secure, err := loaded.ServerTLS()
	if err != nil {
		d.refuse(err)
		return 0
	}
	change, err := d.plan(loaded)
	if err != nil {
		d.refuse(err)
		return 0
	}
	settings.Logger = d.log
	settings.Observe = d.current.Metrics != ""
	if err := d.router.Reload(settings); err != nil {
		change.abandon()
		d.refuse(err)
		return 0
	}
	d.secure.Store(secure)
	d.level.Set(d.levelOf(loaded))
	d.carryOut(change)
	d.tellWhatNeedsARestart(loaded)
	d.current = loaded
	d.log.Info("configuration reloaded", "listeners", d.addresses())
	d.warn(loaded, false)
	return len(change.opened)
}

// refuse keeps the old configuration and says why.
func (d *daemon) refuse(err error) {
	problems, ok := reasonsOf(err)
	if !ok {
		d.log.Error("configuration not reloaded, the old one stays", "error", err)
		return
	}
	for _, p := range problems {
		d.log.Error("configuration not reloaded, the old one stays", "where", p.Where(), "error", p.Message)
	}
}

// change is what a new configuration does to the listeners.
type change struct {
	opened, closed, stay []*listener
}

// plan opens the listeners that are new, and finds those that are to go. A listener is
// told by its address: one address cannot be listened on twice.
func (d *daemon) plan(loaded *config.Loaded) (*change, error) {
	c := new(change)
	old := map[string]*listener{}
	for _, l := range d.listeners {
		old[addressOf(l.url)] = l
	}
	for _, wanted := range loaded.Listeners() {
		if l := old[addressOf(wanted)]; l != nil {
			delete(old, addressOf(wanted))
			c.stay = append(c.stay, l)
			if wanted != l.url && !(isPlain(wanted) && isPlain(l.url)) {
				d.log.Warn("a listener cannot change while it is open: restart for that", "is", l.url, "wanted", wanted)
			}
			continue
		}
		opened, err := d.open(wanted)
		if err != nil {
			c.abandon()
			return nil, err
		}
		c.opened = append(c.opened, &listener{url: wanted, Listener: opened})
	}
	for _, l := range d.listeners {
		if old[addressOf(l.url)] != nil {
			c.closed = append(c.closed, l)
		}
	}
	return c, nil
}

// abandon closes what was opened.
func (c *change) abandon() {
	for _, l := range c.opened {
		_ = l.Close()
	}
}

// carryOut closes listeners, whose sessions stay, and serves the new ones.
func (d *daemon) carryOut(c *change) {
	for _, l := range c.closed {
		l.closing.Store(true)
		_ = l.Close()
		d.log.Info("listener closed", "listener", l.url)
	}
	for _, l := range c.opened {
		d.serve(l)
		d.log.Info("listener opened", "listener", l.url)
	}
	d.listeners = append(c.stay, c.opened...)
}

// addressOf is what two listeners cannot share.
func addressOf(listen string) string {
	u, err := url.Parse(listen)
	if err != nil {
		return listen
	}
	if u.Scheme == "unix" {
		return "unix:" + u.Opaque + u.Host + u.Path
	}
	return u.Host
}

// isPlain reports whether a URL is served without TLS on TCP: then its scheme and path
// make no difference.
func isPlain(listen string) bool {
	u, err := url.Parse(listen)
	return err == nil && (u.Scheme == "ws" || u.Scheme == "tcp")
}

// tellWhatNeedsARestart compares what is read once.
func (d *daemon) tellWhatNeedsARestart(loaded *config.Loaded) {
	for _, key := range []struct {
		name    string
		changed bool
	}{
		{"metrics", loaded.Metrics != d.current.Metrics},
		{"pprof", loaded.Pprof != d.current.Pprof},
		{"log.format", loaded.Log.Format != d.current.Log.Format},
	} {
		if key.changed {
			d.log.Warn("this change needs a restart", "key", key.name)
		}
	}
}
