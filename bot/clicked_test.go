package bot_test

import (
	"testing"
	"time"

	"github.com/volcado-io/volcado/bot/view"
)

// Every click of a person on one button has one id. A second one within seconds is a double click, or comes of impatience, and is
// passed over. One that comes later is a question: the button still stands there, and silence would be no answer.
func TestAButtonThatIsClickedAgainLaterIsAnswered(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		first := w.makeDump(w.alice, "dump shop")
		began := w.now()
		click := func(line string, after time.Duration) answered {
			m := w.message(w.alice, line)
			m.ID, m.Written = "click-"+line, began.Add(after)
			return w.handle(m)
		}
		again := "again " + first.Name
		click(again, 0)
		w.mustHave(2)
		if said := click(again, time.Second); said.Reply != nil || len(said.Posts) > 0 {
			w.Errorf("a double click is answered with %+v", said)
		}
		viewOf[view.Status](w, click(again, time.Minute))
		// All that was said in answer to one id is counted.
		status := "status " + first.Name
		for after, want := range []int{1, 1, 2} {
			if said := click(status, []time.Duration{0, time.Second, time.Minute}[after]); len(said.Posts) != want {
				w.Errorf("click %d: %d answers stand there, want %d: %+v", after+1, len(said.Posts), want, said)
			}
		}
		w.restart()
		viewOf[view.Status](w, click(again, 2*time.Minute))
		w.mustHave(2)
	})
}

// What a service delivers once more is no click: it was written when it was.
func TestWhatIsDeliveredOnceMoreIsNotAnsweredAgain(t *testing.T) {
	inBoth(t, func(w *world) {
		w.shop()
		m := w.message(w.alice, "dump shop")
		w.handle(m)
		w.restart()
		m.Again = true
		if said := w.handle(m); said.Reply != nil || len(said.Posts) > 0 {
			w.Errorf("it is answered with %+v", said)
		}
		w.mustHave(1)
	})
}
