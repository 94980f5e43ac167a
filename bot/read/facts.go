package read

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/view"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/naming"
)

// unheard is how long a dump can be without any status before people are told that nobody has taken it up.
const unheard = 10 * time.Second

// Facts of a dump for somebody.
func Facts(d *v1alpha1.DatabaseDump, reader v1alpha1.Requester, now time.Time) view.Dump {
	f := view.Dump{
		Name: d.Name, Source: d.Namespace + "/" + d.Spec.SourceRef.Name, Database: string(DatabaseOf(d)), Job: naming.JobName(d.Name, d.UID),
		Reason: d.Spec.Reason, By: view.By{Kubectl: true}, Age: max(0, now.Sub(d.CreationTimestamp.Time)),
		Options: view.Options{Tables: texts(d.Spec.Tables), SchemaOnly: d.Spec.SchemaOnly},
	}
	if by := d.Spec.RequestedBy; by != nil {
		f.By = view.By{You: by.IsPerson(reader), Name: by.DisplayName, ID: by.User}
	}
	if e := d.Spec.Exclude; e != nil {
		f.Options.Exclude, f.Options.Data = texts(e.Tables), texts(e.Data)
	}
	name := string(d.Spec.Compression.Format)
	if format, err := contract.FormatNamed(name); err == nil && !format.Compressed() {
		f.Options.Uncompressed = true
	} else if name != contract.DefaultFormat().Name {
		f.Options.Compression = name
	}
	return f
}

// Row of a list.
func (s Shelf) Row(d *v1alpha1.DatabaseDump, now time.Time) view.Row {
	row := view.Row{Dump: Facts(d, s.by, now), Phase: PhaseOf(d)}
	if succeeded(d) {
		row.Life = LifeOf(d, now)
	}
	if d.Status.Artifact != nil {
		row.Bytes = d.Status.Artifact.SizeBytes
	}
	return row
}

// DatabaseOf a dump: the default one is known when it was accepted.
func DatabaseOf(d *v1alpha1.DatabaseDump) v1alpha1.DatabaseName {
	if d.Status.Database != "" {
		return d.Status.Database
	}
	return d.Spec.Database
}

// PhaseOf a dump, one word for people.
func PhaseOf(d *v1alpha1.DatabaseDump) string {
	if d.Status.Phase == "" {
		return string(v1alpha1.PhasePending)
	}
	return string(d.Status.Phase)
}

// Now is how a dump is: Progress or Blocked while it has not ended, then Succeeded or Failed. Before is its place in the
// queue.
func Now(d *v1alpha1.DatabaseDump, reader v1alpha1.Requester, now time.Time, before int) view.View {
	facts := Facts(d, reader, now)
	if d.Status.Finished() {
		return ended(d, facts, now)
	}
	stage := StageOf(d, now)
	if c := stalled(d); c != nil && stage != view.StageCancelling {
		return view.Blocked{Dump: facts, Stage: stage, Elapsed: facts.Age, Reason: c.Reason, Message: c.Message}
	}
	v := view.Progress{Dump: facts, Stage: stage, Elapsed: facts.Age}
	if stage == view.StageQueued {
		v.Before = before
	}
	if p := d.Status.Progress; p != nil && stage == view.StageRunning {
		measure(&v, p, d.Status.StartTime)
	}
	return v
}

// StageOf a dump that has not ended.
func StageOf(d *v1alpha1.DatabaseDump, now time.Time) view.Stage {
	switch {
	case d.Spec.Cancel:
		return view.StageCancelling
	case d.Status.Phase == "" && now.Sub(d.CreationTimestamp.Time) < unheard:
		return view.StageAsked
	case d.Status.Phase == "":
		return view.StageUnheard
	case d.Status.Phase == v1alpha1.PhaseQueued:
		return view.StageQueued
	case d.Status.Phase == v1alpha1.PhaseStarting:
		return view.StageStarting
	case d.Status.Phase == v1alpha1.PhaseRunning:
		return view.StageRunning
	default:
		return view.StagePending
	}
}

// settled is after how many seconds the rate says how long it takes yet. Before that it is mostly the time of connecting.
const settled = 5

// longestLeft bounds the seconds left: an estimate can be anything.
const longestLeft = 99 * 24 * 60 * 60

// measure says how far it is, how fast and for how long yet. The rate is that of the whole copy so far, because tables
// differ and people want a number that does not jump. Less than a second left is not worth telling.
func measure(v *view.Progress, p *v1alpha1.Progress, started *metav1.Time) {
	v.Bytes, v.Table = max(0, p.Bytes), p.Table
	if p.TablesTotal > 0 && p.Table != "" {
		v.Number, v.Tables = int(min(p.TablesDone+1, p.TablesTotal)), int(p.TablesTotal)
	}
	// Where there is more than was estimated, the estimate is of another time, and a share of it would mislead.
	if p.EstimatedBytes > 0 && p.Bytes <= p.EstimatedBytes {
		v.Estimated, v.Percent = p.EstimatedBytes, int(min(99, max(0, p.Percent)))
	}
	if started == nil {
		return
	}
	seconds := p.UpdatedAt.Sub(started.Time).Seconds()
	if seconds < 1 || v.Bytes == 0 {
		return // times are whole seconds
	}
	v.Rate = int64(float64(v.Bytes) / seconds)
	if v.Estimated > 0 && v.Rate > 0 && seconds >= settled {
		v.Left = time.Duration(min((v.Estimated-v.Bytes)/v.Rate, longestLeft)) * time.Second
	}
}

func stalled(d *v1alpha1.DatabaseDump) *metav1.Condition {
	c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionStalled)
	if c == nil || c.Status != metav1.ConditionTrue {
		return nil
	}
	return c
}

func ended(d *v1alpha1.DatabaseDump, facts view.Dump, now time.Time) view.View {
	if succeeded(d) {
		a := d.Status.Artifact
		v := view.Succeeded{
			Dump: facts, Bytes: a.SizeBytes, Uncompressed: a.UncompressedBytes, URI: a.URI, SHA256: a.SHA256,
			EncryptedFor: int(d.Status.EncryptedFor), Copy: copyOf(d, facts.By.You, now),
		}
		for _, w := range d.Status.Warnings {
			v.Warnings = append(v.Warnings, view.Warning{Name: w.Name, Count: int(w.Count), Names: w.Names})
		}
		v.Took, v.Waited = took(d)
		if s := d.Status.Server; s != nil {
			v.Server = s.Flavour + " " + s.Version
		}
		return v
	}
	v := view.Failed{Dump: facts, End: endOf(d)}
	v.Took, _ = took(d)
	if f := d.Status.Failure; f != nil {
		v.Reason, v.Message, v.Hint = f.Reason, f.Message, f.Hint
	} else if c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionFailed); c != nil {
		v.Reason, v.Message = c.Reason, c.Message
	}
	if v.End == view.EndCancelled || !asksForTheImpossible[contract.Reason(v.Reason)] {
		v.Again = grammar.Request{Command: "again", Arguments: []string{d.Name}}.String()
	}
	return v
}

// asksForTheImpossible are the reasons for which the request itself has to be another one: the same once more would fail again.
var asksForTheImpossible = map[contract.Reason]bool{
	contract.InvalidRequest: true, contract.DatabaseNotFound: true, contract.TableNotFound: true, contract.NothingToDump: true,
	v1alpha1.ReasonDatabaseNotPermitted: true, v1alpha1.ReasonTableExcluded: true,
}

func endOf(d *v1alpha1.DatabaseDump) view.End {
	c := meta.FindStatusCondition(d.Status.Conditions, v1alpha1.ConditionFinished)
	switch {
	case c != nil && c.Reason == v1alpha1.FinishedCancelled:
		return view.EndCancelled
	case c != nil && c.Reason == v1alpha1.FinishedRefused:
		return view.EndRefused
	default:
		return view.EndFailed
	}
}

// took is how long it ran, and how long it waited before that.
func took(d *v1alpha1.DatabaseDump) (ran, waited time.Duration) {
	s := d.Status
	switch {
	case s.CompletionTime == nil:
		return 0, 0
	case s.StartTime == nil:
		return max(0, s.CompletionTime.Sub(d.CreationTimestamp.Time)), 0
	default:
		return max(0, s.CompletionTime.Sub(s.StartTime.Time)), max(0, s.StartTime.Sub(d.CreationTimestamp.Time))
	}
}
