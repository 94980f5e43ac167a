package store

import (
	"context"
	"io"
	"sync"
)

const (
	mebibyte = 1 << 20
	// maxParts, minPartBytes (S3's own is 5 MiB) and maxPartBytes are limits of the protocol.
	maxParts     = 10_000
	minPartBytes = 8 * mebibyte
	maxPartBytes = 5 << 30
	// maxObjectBytes is the largest object.
	maxObjectBytes = 5 << 40
	// unknownPartBytes are for an artifact of unknown size.
	unknownPartBytes = 32 * mebibyte
	// equalParts of an upload hold what is expected. All have one size, because some servers (Cloudflare's R2) demand it.
	equalParts = 7_500
	// growEvery so many parts after these, the size doubles: an artifact of 5 TiB, the largest, fits whatever was expected.
	growEvery = 200
	// uploadBytes is the memory for parts that are being filled or sent, unless a single one is larger.
	uploadBytes = 64 * mebibyte
	// blockBytes of that memory are taken at once, so that a small artifact takes little.
	blockBytes = mebibyte
)

// partSizes of an upload.
type partSizes struct{ first int64 }

// sizesFor an artifact of about so many bytes; 0 when that is not known. The number is the server's, and it can be any.
func sizesFor(expectedBytes int64) partSizes {
	if expectedBytes <= 0 {
		return partSizes{unknownPartBytes}
	}
	needed := min(expectedBytes, maxObjectBytes)/equalParts + 1
	return partSizes{max(minPartBytes, (needed+mebibyte-1)/mebibyte*mebibyte)}
}

// of a part in bytes; the first is 0. Only the last may be smaller.
func (s partSizes) of(part int) int64 {
	if part < equalParts {
		return s.first
	}
	return min(s.first<<((part-equalParts)/growEvery+1), maxPartBytes)
}

// content of a part, in blocks. All but the last are full.
type content struct {
	blocks [][]byte
	bytes  int64
}

// ReadAt makes it an io.ReaderAt, so that a part can be sent again.
func (c *content) ReadAt(p []byte, offset int64) (n int, err error) {
	for n < len(p) && offset < c.bytes {
		block := c.blocks[offset/blockBytes][offset%blockBytes:]
		copied := copy(p[n:], block[:min(int64(len(block)), c.bytes-offset)])
		n, offset = n+copied, offset+int64(copied)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (c *content) reader() *io.SectionReader { return io.NewSectionReader(c, 0, c.bytes) }

// append as much of p as the last block has room for, or a new one from the pool, and no more than that many bytes.
func (c *content) append(ctx context.Context, pool *blockPool, p []byte, limit int64) (int, error) {
	if c.bytes == int64(len(c.blocks))*blockBytes {
		block, err := pool.take(ctx)
		if err != nil {
			return 0, err
		}
		c.blocks = append(c.blocks, block)
	}
	n := copy(c.blocks[len(c.blocks)-1][c.bytes%blockBytes:], p[:min(int64(len(p)), limit)])
	c.bytes += int64(n)
	return n, nil
}

// blockPool bounds the memory of an upload: whoever fills a part waits until another has been sent.
type blockPool struct {
	mu sync.Mutex
	// limit and made count blocks.
	limit, made int
	free        [][]byte
	// given wakes the one that waits.
	given chan struct{}
}

func newBlockPool() *blockPool {
	return &blockPool{limit: uploadBytes / blockBytes, given: make(chan struct{}, 1)}
}

// fit a part of that many bytes. Were there fewer blocks than it needs, it would wait for itself.
func (p *blockPool) fit(bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limit = max(p.limit, int((bytes+blockBytes-1)/blockBytes))
}

func (p *blockPool) take(ctx context.Context) ([]byte, error) {
	for {
		if block := p.tryTake(); block != nil {
			return block, nil
		}
		select {
		case <-p.given:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (p *blockPool) tryTake() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.free) - 1; last >= 0 {
		block := p.free[last]
		p.free = p.free[:last]
		return block
	}
	if p.made == p.limit {
		return nil
	}
	p.made++
	return make([]byte, blockBytes)
}

func (p *blockPool) give(blocks [][]byte) {
	p.mu.Lock()
	p.free = append(p.free, blocks...)
	p.mu.Unlock()
	select {
	case p.given <- struct{}{}:
	default:
	}
}
