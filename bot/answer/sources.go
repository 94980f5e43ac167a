package answer

import (
	"context"

	"github.com/volcado-io/volcado/api/v1alpha1"
	"github.com/volcado-io/volcado/bot/chat"
	"github.com/volcado-io/volcado/bot/grammar"
	"github.com/volcado-io/volcado/bot/read"
	"github.com/volcado-io/volcado/bot/view"
)

func sources(ctx context.Context, a Asked) (Result, error) {
	offers, err := a.Person.Offers(ctx, a.how)
	if err != nil {
		return Result{}, err
	}
	if len(offers) == 0 {
		// It was asked what there is, and this is the answer; but it is a no.
		return Result{View: view.NoSources{IDs: a.ids()}, No: true}, nil
	}
	return say(view.Sources{Sources: views(offers), IDs: a.ids()})
}

// why explains the decision. Of a source that must not be seen it says what dump says of it.
func why(ctx context.Context, a Asked) (Result, error) {
	offers, err := a.Person.Offers(ctx, a.how)
	if err != nil {
		return Result{}, err
	}
	typed := a.Request.At(1)
	if problem := grammar.CheckDatabase(typed); typed != "" && problem != nil {
		o, unchosen := chooseSource(a, offers, a.Request.At(0))
		if unchosen != nil {
			return *unchosen, nil
		}
		return say(view.Never{Database: typed, Source: o.String(), Problem: *problem, Have: o.Databases})
	}
	o, database, unchosen := choose(a, offers, a.Request.At(0), typed)
	if unchosen != nil {
		if _, explained := unchosen.View.(view.NotAllowed); explained {
			unchosen.Outcome = chat.Succeeded // it was asked why, and that is the answer
		}
		return *unchosen, nil
	}
	v := view.Allowed{
		Database: string(database), Source: o.String(), Have: o.Databases,
		List: o.Judge(database, v1alpha1.PermissionRequest).By.Name,
	}
	if by := o.Judge(database, v1alpha1.PermissionManage).By; by != nil {
		v.ManageList = by.Name
	}
	return say(v)
}

func views(offers []read.Offer) []view.Source {
	var out []view.Source
	for _, o := range offers {
		out = append(out, o.View())
	}
	return out
}
