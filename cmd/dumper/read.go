package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/volcado-io/volcado/dumper"
	"github.com/volcado-io/volcado/dumper/archive"
	"github.com/volcado-io/volcado/dumper/encrypt"
	"github.com/volcado-io/volcado/dumper/result"
	"github.com/volcado-io/volcado/dumper/store"
	"github.com/volcado-io/volcado/internal/contract"
	"github.com/volcado-io/volcado/internal/restore"
)

const placeHelp = `The artifact is given as s3://bucket/key, as the path of a local file or folder, or with the storage flags and
--key. The key may be the artifact's, its manifest's, its attempt's, or a prefix with exactly one artifact below it.`

const forHelp = `With --for, it writes the SQL as that client loads it into a server of its own. If the copy has something that the
server does not load, it says what, and writes nothing. docs/compatibility.md says what that can be.`

const keyHelp = `An encrypted artifact is opened with --identity-file, or written as it is stored with --raw. For a private key with a
passphrase or in a plugin, age itself decrypts: dumper cat --raw LOCATION | age -d -i FILE`

// placeExample of an artifact in a bucket, with the flags that reach it.
var placeExample = "s3://dumps/prod/shop/shop-7f3k2qv5m0c4x9ra/4f.../" + contract.DefaultFormat().File() + " --s3-endpoint https://s3.example.com --s3-path-style"

// reading is what cat, verify and inspect share.
type reading struct {
	location location
	key      string
	// identityFile has the private keys that open an encrypted artifact; of cat and verify.
	identityFile string
	// secrets must not appear in messages.
	secrets []string
}

func (r *reading) flags(command *cobra.Command) {
	r.location.flags(command)
	command.Flags().StringVar(&r.key, "key", "", "key of the artifact in the storage")
}

func (r *reading) open(ctx context.Context, arguments []string) (*store.Store, error) {
	if len(arguments) == 1 {
		if r.key != "" {
			return nil, result.Errorf(contract.InvalidRequest, "give one of them", "both --key and %q were given", arguments[0])
		}
		key, err := r.location.point(arguments[0])
		if err != nil {
			return nil, err
		}
		r.key = key
	}
	place, err := r.location.storage()
	if err != nil {
		return nil, err
	}
	if err := checkStorage(place); err != nil {
		return nil, err
	}
	s, secrets, err := openStorage(ctx, place, store.ToRead)
	r.secrets = secrets
	return s, err
}

// redacted runs a command and keeps the keys out of an error that nobody foresaw.
func (r *reading) redacted(run func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(command *cobra.Command, arguments []string) error {
		err := run(command, arguments)
		if err == nil {
			return nil
		}
		failure := dumper.Unsaid(result.FailureOf(err), r.secrets)
		return result.Errorf(failure.Reason, failure.Hint, "%s", failure.Message)
	}
}

// withStore runs a command on the store that its arguments name.
func (r *reading) withStore(do func(context.Context, io.Writer, *store.Store) error) func(*cobra.Command, []string) error {
	return r.redacted(func(command *cobra.Command, arguments []string) error {
		s, err := r.open(command.Context(), arguments)
		if err != nil {
			return err
		}
		defer s.Close()
		return do(command.Context(), command.OutOrStdout(), s)
	})
}

// withArtifact runs a command on the artifact that its arguments name, with the private keys that were given.
func (r *reading) withArtifact(do func(context.Context, io.Writer, *store.Store, *archive.Entry) error) func(*cobra.Command, []string) error {
	return r.withStore(func(ctx context.Context, out io.Writer, s *store.Store) error {
		var keys *encrypt.Keys
		if r.identityFile != "" {
			var err error
			if keys, err = encrypt.ReadKeys(r.identityFile); err != nil {
				return err
			}
		}
		entry, err := archive.Find(ctx, s, r.key)
		if err != nil {
			return err
		}
		entry.Keys = keys
		if keys != nil && entry.Manifest.Encryption == nil {
			fmt.Fprintln(os.Stderr, "note: the artifact is not encrypted, so --identity-file was not needed")
		}
		return do(ctx, out, s, entry)
	})
}

func (r *reading) keyFlag(command *cobra.Command) {
	command.Flags().StringVar(&r.identityFile, "identity-file", "", "file with a private key that opens an encrypted artifact, as age-keygen or ssh-keygen writes it")
}

func catCommand() *cobra.Command {
	var r reading
	var raw bool
	var client string
	command := &cobra.Command{
		Use:   "cat [s3://bucket/key | path]",
		Short: "Writes an artifact's SQL to standard output, and fails at the end if it is not what was written",
		Long: "Writes an artifact's SQL to standard output. At the end it compares size and SHA-256 with the manifest\nand fails if they differ.\n\n" +
			forHelp + "\n\n" + keyHelp + "\n\n" + placeHelp,
		Example: "  dumper cat --for mariadb " + placeExample + " | " + restore.Into("mariadb", "shop_copy") + "\n" +
			"  dumper cat --for mysql ./out/shop | " + restore.Into("mysql", "shop_copy") + "\n" +
			"  dumper cat --for mariadb --identity-file key.txt ./out/shop | " + restore.Into("mariadb", "shop_copy") + "\n" +
			"  dumper cat ./out/shop --raw > " + contract.DefaultFormat().File(),
		Args: cobra.MaximumNArgs(1),
	}
	command.RunE = r.withArtifact(func(ctx context.Context, out io.Writer, s *store.Store, entry *archive.Entry) error {
		if !command.Flags().Changed("for") {
			if raw && entry.Keys != nil {
				return result.Errorf(contract.InvalidRequest, "give one of them", "both --identity-file and --raw were given")
			}
			return archive.Cat(ctx, s, entry, out, raw)
		}
		if raw {
			return result.Errorf(contract.InvalidRequest, "give one of them", "both --for and --raw were given")
		}
		target, err := archive.ParseTarget(client)
		if err != nil {
			return err
		}
		return archive.CatFor(ctx, s, entry, out, os.Stderr, target)
	})
	r.flags(command)
	r.keyFlag(command)
	command.Flags().StringVar(&client, "for", "", "the client that loads the SQL: mysql or mariadb, with the server's version if it matters (mariadb:11.4.5)")
	command.Flags().BoolVar(&raw, "raw", false, "write the files as they are stored: do not decrypt, and do not decompress")
	return command
}

func verifyCommand() *cobra.Command {
	var r reading
	command := &cobra.Command{
		Use:   "verify [s3://bucket/key | path]",
		Short: "Reads an artifact back and proves it whole",
		Long: "Reads an artifact back whole and compares size and SHA-256 with the manifest, the format's own checksum, the length\nof the SQL, and that it ends with the client's completion trailer, where the manifest says that it does.\n\n" +
			"Of an encrypted artifact it compares size and SHA-256 alone, and says so, unless --identity-file is given.\n\n" + placeHelp,
		Example: "  dumper verify " + placeExample + "\n" +
			"  dumper verify --identity-file key.txt ./out/shop",
		Args: cobra.MaximumNArgs(1),
		RunE: r.withArtifact(func(ctx context.Context, out io.Writer, s *store.Store, entry *archive.Entry) error {
			if err := archive.Verify(ctx, s, entry); err != nil {
				return err
			}
			if entry.Locked() {
				return unopened(out, s, entry)
			}
			for _, file := range entry.Manifest.Files {
				if _, err := fmt.Fprintf(out, "%s is whole: %d bytes, %d of SQL, SHA-256 %s\n",
					shown(s.URI(entry.Key(file))), file.Size, file.UncompressedBytes, file.SHA256); err != nil {
					return err
				}
			}
			return nil
		}),
	}
	r.flags(command)
	r.keyFlag(command)
	return command
}

// unopened says what was proved of an encrypted artifact that nobody opened, and what was not.
func unopened(out io.Writer, s *store.Store, entry *archive.Entry) error {
	for _, file := range entry.Manifest.Files {
		if _, err := fmt.Fprintf(out, "%s is as it was stored: %d bytes, SHA-256 %s\n", shown(s.URI(entry.Key(file))), file.Size, file.SHA256); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(os.Stderr, "note: the artifact is encrypted, and without --identity-file nothing else was proved: neither that it can be decrypted, nor what is in it")
	return err
}
