package listen

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/volcado-io/volcado/bot/chat"
)

// outcomes are the values of the label outcome.
var outcomes = map[chat.Outcome]string{
	chat.Succeeded: "succeeded", chat.Failed: "failed", chat.Misunderstood: "misunderstood", chat.Refused: "refused",
	chat.Offered: "offered", chat.Unavailable: "unavailable", chat.Detached: "detached",
}

// outcomeError is an attempt that failed and is made again.
const outcomeError = "error"

// Metrics of all services. docs/bot.md explains them.
type Metrics struct {
	registry prometheus.Registerer

	messages, refused, listens, panics, throttles, unsaid *prometheus.CounterVec
	ended, sent                                           *prometheus.CounterVec
}

// NewMetrics registers them.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "volcado_bot_" + name, Help: help}, append([]string{"service"}, labels...))
		registry.MustRegister(c)
		return c
	}
	return &Metrics{
		registry:  registry,
		messages:  counter("messages_received_total", "Messages that the service handed over, each attempt counted."),
		ended:     counter("messages_handled_total", "Messages by how their command ended; error is an attempt that is made again.", "outcome"),
		refused:   counter("messages_refused_total", "Messages whose author is not allowed to have what they asked for."),
		sent:      counter("posts_sent_total", "What the service accepted: post or edit.", "kind"),
		throttles: counter("throttled_total", "Calls that the service answered with a time to wait."),
		unsaid:    counter("posts_given_up_total", "What was not said of a dump, or is not known to have been."),
		listens:   counter("listen_failures_total", "Times that listening to the service ended and was begun again."),
		panics:    counter("panics_total", "Panics of the service's driver, or of the bot over one of its messages."),
	}
}

// observe makes the series of the supervisor's services, so that a rate can be taken from their first event on.
func (m *Metrics) observe(s *Supervisor) {
	for _, each := range s.services {
		for _, c := range []*prometheus.CounterVec{m.messages, m.refused, m.throttles, m.unsaid, m.listens, m.panics} {
			c.WithLabelValues(each.name)
		}
	}
	m.registry.MustRegister(&observer{s})
}

func (m *Metrics) received(service string) { m.messages.WithLabelValues(service).Inc() }

func (m *Metrics) handled(service, outcome string) {
	m.ended.WithLabelValues(service, outcome).Inc()
	if outcome == outcomes[chat.Refused] {
		m.refused.WithLabelValues(service).Inc()
	}
}

func (m *Metrics) failed(service string) { m.listens.WithLabelValues(service).Inc() }

func (m *Metrics) panicked(service string) { m.panics.WithLabelValues(service).Inc() }

// GaveUp counts what was not said in a service.
func (m *Metrics) GaveUp(id chat.ServiceID) { m.unsaid.WithLabelValues(id.String()).Inc() }

// called counts one call to a service.
func (m *Metrics) called(service, kind string, err error) {
	if chat.RetryAfter(err) > 0 {
		m.throttles.WithLabelValues(service).Inc()
	}
	if err == nil && kind != "" {
		m.sent.WithLabelValues(service, kind).Inc()
	}
}

// observer tells the health of services when it is asked. A standby, which does not listen, tells none: it would look deaf.
type observer struct{ *Supervisor }

var (
	connectedDesc  = describe("connected", "1 if messages of the service would arrive now.")
	heardDesc      = describe("seconds_since_heard", "Seconds since anything was heard from the service, a ping too.")
	reconnectsDesc = describe("reconnects_total", "Times that the driver connected again by itself.")
	unreadableDesc = describe("unreadable_total", "What the service sent that could not be read, and was left out.")
	sharedDesc     = describe("account_shared", "1 if something else was lately seen to speak with the bot's account.")
)

func describe(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("volcado_bot_"+name, help, []string{"service"}, nil)
}

func (o *observer) Describe(to chan<- *prometheus.Desc) {
	to <- connectedDesc
	to <- heardDesc
	to <- reconnectsDesc
	to <- unreadableDesc
	to <- sharedDesc
}

func (o *observer) Collect(to chan<- prometheus.Metric) {
	status := o.Status()
	if status.Leading.IsZero() {
		return
	}
	for _, each := range status.Services {
		to <- prometheus.MustNewConstMetric(connectedDesc, prometheus.GaugeValue, oneIf(each.Connected), each.Name)
		to <- prometheus.MustNewConstMetric(sharedDesc, prometheus.GaugeValue, oneIf(each.Shared != ""), each.Name)
		to <- prometheus.MustNewConstMetric(reconnectsDesc, prometheus.CounterValue, float64(each.Reconnects), each.Name)
		to <- prometheus.MustNewConstMetric(unreadableDesc, prometheus.CounterValue, float64(each.Unreadable), each.Name)
		// What was never heard counts from when it was first waited for.
		heard := each.Heard
		if heard.IsZero() {
			heard = status.Leading
		}
		to <- prometheus.MustNewConstMetric(heardDesc, prometheus.GaugeValue, max(0, time.Since(heard).Seconds()), each.Name)
	}
}

func oneIf(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}
