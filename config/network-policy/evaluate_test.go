package networkpolicy_test

import (
	"fmt"
	"maps"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// endpoint is a pod, or an address outside of the cluster if it has no namespace.
type endpoint struct {
	namespace string
	labels    map[string]string
	address   string
	// namespaceLabels beside the one that every namespace has.
	namespaceLabels map[string]string
}

// allowed is NetworkPolicy's meaning, as far as the policies here use it: traffic passes if neither the policies that
// select its source for egress nor those that select its destination for ingress are without a rule for it. It fails
// on what it does not know rather than guess.
func allowed(policies []networkingv1.NetworkPolicy, from, to endpoint, protocol corev1.Protocol, port int32) (bool, error) {
	out, err := side(policies, networkingv1.PolicyTypeEgress, from, to, protocol, port)
	if err != nil || !out {
		return false, err
	}
	return side(policies, networkingv1.PolicyTypeIngress, to, from, protocol, port)
}

// side judges one end: own is the end whose policies are asked, peer is the other.
func side(policies []networkingv1.NetworkPolicy, direction networkingv1.PolicyType, own, peer endpoint, protocol corev1.Protocol, port int32) (bool, error) {
	isolated := false
	for _, policy := range policies {
		selected, err := selects(policy, direction, own)
		if err != nil {
			return false, err
		}
		if !selected {
			continue
		}
		isolated = true
		for _, rule := range rulesOf(policy, direction) {
			match, err := rule.matches(policy.Namespace, peer, protocol, port)
			if err != nil {
				return false, fmt.Errorf("policy %s: %w", policy.Name, err)
			}
			if match {
				return true, nil
			}
		}
	}
	return !isolated, nil
}

func selects(policy networkingv1.NetworkPolicy, direction networkingv1.PolicyType, e endpoint) (bool, error) {
	if e.namespace == "" || e.namespace != policy.Namespace {
		return false, nil
	}
	if len(policy.Spec.PolicyTypes) == 0 {
		return false, fmt.Errorf("policy %s leaves its policyTypes to be guessed", policy.Name)
	}
	for _, t := range policy.Spec.PolicyTypes {
		if t == direction {
			return selectorMatches(&policy.Spec.PodSelector, e.labels)
		}
	}
	return false, nil
}

// rule is what ingress and egress rules have in common.
type rule struct {
	ports []networkingv1.NetworkPolicyPort
	peers []networkingv1.NetworkPolicyPeer
}

func rulesOf(policy networkingv1.NetworkPolicy, direction networkingv1.PolicyType) []rule {
	var rules []rule
	if direction == networkingv1.PolicyTypeIngress {
		for _, r := range policy.Spec.Ingress {
			rules = append(rules, rule{r.Ports, r.From})
		}
		return rules
	}
	for _, r := range policy.Spec.Egress {
		rules = append(rules, rule{r.Ports, r.To})
	}
	return rules
}

func (r rule) matches(namespace string, peer endpoint, protocol corev1.Protocol, port int32) (bool, error) {
	if len(r.ports) == 0 || len(r.peers) == 0 {
		return false, fmt.Errorf("a rule without ports or peers allows all of them")
	}
	portMatches := false
	for _, p := range r.ports {
		if p.Protocol == nil || p.Port == nil || p.Port.StrVal != "" || p.EndPort != nil {
			return false, fmt.Errorf("port %v is not a protocol and a number", p)
		}
		portMatches = portMatches || *p.Protocol == protocol && p.Port.IntVal == port
	}
	if !portMatches {
		return false, nil
	}
	for _, p := range r.peers {
		if match, err := peerMatches(namespace, p, peer); match || err != nil {
			return match, err
		}
	}
	return false, nil
}

func peerMatches(namespace string, p networkingv1.NetworkPolicyPeer, e endpoint) (bool, error) {
	if p.IPBlock != nil {
		return blockMatches(*p.IPBlock, e.address)
	}
	if e.namespace == "" {
		return false, nil
	}
	if p.NamespaceSelector == nil {
		if e.namespace != namespace {
			return false, nil
		}
	} else {
		labels := map[string]string{corev1.LabelMetadataName: e.namespace}
		maps.Copy(labels, e.namespaceLabels)
		match, err := selectorMatches(p.NamespaceSelector, labels)
		if !match || err != nil {
			return false, err
		}
	}
	if p.PodSelector == nil {
		return true, nil
	}
	return selectorMatches(p.PodSelector, e.labels)
}

func blockMatches(block networkingv1.IPBlock, address string) (bool, error) {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false, err
	}
	within, err := netip.ParsePrefix(block.CIDR)
	if err != nil {
		return false, err
	}
	if !within.Contains(ip) {
		return false, nil
	}
	for _, except := range block.Except {
		prefix, err := netip.ParsePrefix(except)
		if err != nil {
			return false, err
		}
		if prefix.Contains(ip) {
			return false, nil
		}
	}
	return true, nil
}

func selectorMatches(selector *metav1.LabelSelector, set map[string]string) (bool, error) {
	s, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return false, err
	}
	return s.Matches(labels.Set(set)), nil
}
