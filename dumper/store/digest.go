package store

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc64"
)

// digest computes, from what is sent, what the store will tell of the object.
type digest interface {
	write(p []byte)
	// finish puts it into the sum.
	finish(sum *Sum)
}

// untold is the digest of a place that tells nothing.
type untold struct{}

func (untold) write([]byte) {}
func (untold) finish(*Sum)  {}

// crc64NVME is the checksum of whole objects that S3 computes by itself, as the base64 of its eight bytes. It takes a fraction of
// MD5's time, and a store with keys of its own for encryption, whose ETag is no MD5, tells it all the same.
type crc64NVME struct{ hash.Hash64 }

// nvme is the polynomial of the NVM Express specification, with its bits reversed as hash/crc64 wants them.
var nvme = crc64.MakeTable(0x9a6c9329ac4bc9b5)

func newCRC64NVME() crc64NVME { return crc64NVME{crc64.New(nvme)} }

func (c crc64NVME) write(p []byte)  { _, _ = c.Write(p) }
func (c crc64NVME) finish(sum *Sum) { sum.CRC64NVME = c.String() }
func (c crc64NVME) String() string  { return base64.StdEncoding.EncodeToString(c.Sum(nil)) }

// etag computes what S3 servers give as ETag: the MD5 of a small object, or the MD5 of the MD5s of the parts. It knows of
// the upload nothing but the sizes of the parts, so that it finds out what goes wrong there.
type etag struct {
	partSize func(part int) int64
	part     hash.Hash
	room     int64
	parts    int
	all      hash.Hash
}

func newETag(partSize func(part int) int64) *etag {
	return &etag{partSize: partSize, room: partSize(0), part: md5.New(), all: md5.New()}
}

func (e *etag) write(p []byte) {
	for len(p) > 0 {
		n := min(int64(len(p)), e.room)
		e.part.Write(p[:n])
		e.room -= n
		p = p[n:]
		if e.room == 0 {
			e.finishPart()
		}
	}
}

func (e *etag) finishPart() {
	e.all.Write(e.part.Sum(nil))
	e.part.Reset()
	e.parts++
	e.room = e.partSize(e.parts)
}

func (e *etag) finish(sum *Sum) {
	if e.parts == 0 {
		sum.ETag = hex.EncodeToString(e.part.Sum(nil))
		return
	}
	if e.room < e.partSize(e.parts) {
		e.finishPart()
	}
	sum.ETag = fmt.Sprintf("%s-%d", hex.EncodeToString(e.all.Sum(nil)), e.parts)
}
