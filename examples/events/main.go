// Command events shows what publishers and subscribers may ask of a broker: events of many
// topics through one handler, acknowledged ones, and retained ones for who comes late.
//
//	go run ./examples/events
package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/wampkit/wampkit/examples/events/weather"
	"github.com/wampkit/wampkit/examples/internal/stage"
	"github.com/wampkit/wampkit/runtime"
)

func main() { stage.Main(run) }

func run(ctx context.Context, out io.Writer) error {
	s, err := stage.Open(out)
	if err != nil {
		return err
	}
	defer s.Close()
	session, err := s.Join(ctx)
	if err != nil {
		return err
	}
	station := weather.NewWeatherPublisher(session)
	if err := many(ctx, s, station); err != nil {
		return err
	}
	if err := acknowledged(ctx, s, station); err != nil {
		return err
	}
	if err := retained(ctx, s, station); err != nil {
		return err
	}
	return eligible(ctx, s, station)
}

// many subscribes to all topics of all stations with one handler: a subscriber implements
// the interface that the publisher implements.
func many(ctx context.Context, s *stage.Stage, station weather.Weather) error {
	s.Heading("One handler for all topics of all stations")
	heard := make(paper, 8)
	subscriber, err := s.Join(ctx)
	if err != nil {
		return err
	}
	subscription, err := weather.SubscribeWeather(ctx, subscriber, heard)
	if err != nil {
		return err
	}
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for i, name := range []string{"harbour", "airport"} {
		if err := station.Measured(ctx, name, 20+float64(i)/2, noon); err != nil {
			return err
		}
	}
	if err := station.Warned(ctx, "airport", weather.Warning{What: "gusts", Level: weather.Yellow}); err != nil {
		return err
	}
	if err := heard.read(ctx, s, 3); err != nil {
		return err
	}
	return subscription.Unsubscribe(ctx)
}

// acknowledged publishes an event that the broker confirms.
func acknowledged(ctx context.Context, s *stage.Stage, station weather.Weather) error {
	s.Heading("Acknowledged")
	ctx, info := runtime.NewPublishContext(ctx)
	if err := station.Warned(ctx, "harbour", weather.Warning{What: "storm", Level: weather.Red}); err != nil {
		return err
	}
	s.Say("the broker has the warning, and gave it a number: %v", info.Publication() != 0)
	return nil
}

// retained subscribes after the fact.
func retained(ctx context.Context, s *stage.Stage, station weather.Weather) error {
	s.Heading("Retained")
	for _, text := range []string{"rain", "sun"} {
		if err := station.Forecast(ctx, text); err != nil {
			return err
		}
	}
	late, err := s.Join(ctx)
	if err != nil {
		return err
	}
	heard := make(paper, 8)
	if _, err := weather.SubscribeWeatherForecast(ctx, late, heard.Forecast, runtime.WithRetained()); err != nil {
		return err
	}
	return heard.read(ctx, s, 1)
}

// eligible publishes to one session only, with options that bind to the publisher.
func eligible(ctx context.Context, s *stage.Stage, station *weather.WeatherPublisher) error {
	s.Heading("For one session only")
	heard := make(paper, 8)
	var sessions []*runtime.Session
	for _, name := range []string{"first", "second"} {
		session, err := s.Join(ctx)
		if err != nil {
			return err
		}
		tell := func(_ context.Context, text string) error {
			heard <- name + " session: " + text
			return nil
		}
		if _, err := weather.SubscribeWeatherForecast(ctx, session, tell); err != nil {
			return err
		}
		sessions = append(sessions, session)
	}
	private := station.With(runtime.WithEligible(sessions[1].ID()), runtime.WithRetain(false))
	if err := private.Forecast(ctx, "your picnic will be dry"); err != nil {
		return err
	}
	return heard.read(ctx, s, 1)
}

// paper implements [weather.Weather] for whoever reads it.
type paper chan string

func (p paper) Measured(_ context.Context, station string, celsius float64, at time.Time) error {
	p <- fmt.Sprintf("%s: %g °C at %s", station, celsius, at.UTC().Format(time.TimeOnly))
	return nil
}

func (p paper) Warned(_ context.Context, station string, warning weather.Warning) error {
	p <- fmt.Sprintf("%s: %s warning, %s", station, warning.Level, warning.What)
	return nil
}

func (p paper) Forecast(ctx context.Context, text string) error {
	event, _ := runtime.EventFrom(ctx)
	p <- fmt.Sprintf("forecast: %s (retained: %v)", text, event.Retained)
	return nil
}

// read prints what was heard.
func (p paper) read(ctx context.Context, s *stage.Stage, lines int) error {
	for range lines {
		select {
		case line := <-p:
			s.Say("%s", line)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
