package main

import (
	"strings"

	"github.com/volcado-io/volcado/internal/contract"
)

// flagsOfFields are the flags of whoever runs the dumper by hand, for what the hints of a Job's call by the fields of its
// objects. Where two begin alike, the longer stands first.
var flagsOfFields = strings.NewReplacer(
	"host and port of the source", "--host and --port",
	"port of the source or, if the password belongs to that server, the Secret", "--port or, if the password belongs to that server, --credentials-dir",
	"remove tls.caSecretRef from the source", "remove --tls-ca-file",
	"host of the source", "--host",
	"engine of the source", "--engine",
	"tls.mode of the source", "--tls-mode",
	"caSecretRef of the source", "--tls-ca-file",
	"limits.runDeadline of the source", "--run-deadline",
	"username and password in the source's Secret", "the files username and password in --credentials-dir",
	"the source's Secret", "--credentials-dir",
	"s3.bucket, s3.endpoint or s3.pathStyle of the DumpStorage", "--s3-bucket, --s3-endpoint or --s3-path-style",
	"s3.endpoint or s3.region of the DumpStorage", "--s3-endpoint or --s3-region",
	"s3.region of the DumpStorage", "--s3-region",
	"s3.endpoint of the DumpStorage", "--s3-endpoint",
	"s3.pathStyle: true of the DumpStorage", "--s3-path-style",
	"or correct s3.endpoint", "or correct --s3-endpoint",
	"caSecretRef of the DumpStorage", "--s3-ca-file",
	"credentialsSecretRef of the DumpStorage, or give the pod an identity of its own (job.serviceAccountName)", "--storage-credentials-dir, or the usual AWS environment",
	"the keys in the storage's Secret", "the keys in --storage-credentials-dir",
	"lower maxConcurrent of the source", "make fewer copies at once",
	"network policies and firewalls let the dump's pod reach it", "firewalls let this machine reach it",
	"network policies let the dump's pod reach it", "firewalls let this machine reach it",
	"the cluster's addresses", "this machine's address",
	"the pod's address", "this machine's address",
	"raise the memory limit in job.resources of the source", "run it where more memory is free",
	"exclude less: the source's own exclusions and the request's add up", "exclude less",
	"if nobody cancelled the dump, look at what stopped its pod: its node may have been drained", "run it again",
	"mount the volume read-write, and let the group 65532 (the pod's fsGroup) write to it", "let your account write to it",
	"check that the volume is mounted there", "check the path",
	"the log of the dump's pod", "what it logged",
	"the pod's node", "this machine",
	"request history: Current", "use --history=Current",
	" (exclude.tables)", "",
	" (--exclude, exclude.tables)", " (--exclude)",
	" (exclude.data)", " (--exclude-data)",
)

// byHand is the failure in the words of whoever runs the dumper by hand.
func byHand(failure contract.Failure) contract.Failure {
	failure.Hint = flagsOfFields.Replace(failure.Hint)
	return failure
}
