package layout

import (
	"strings"
	"unicode/utf8"
)

// Line of a post, in mark-up. An empty one outside blocks keeps its neighbours apart, and is left out where a page begins or ends.
type Line struct {
	Text string
	// Block that the line is part of. Consecutive lines of the same block stand in it together.
	Block *Block
}

// Block has a line before and one behind its own, such as the fences of code, or the header of a table. A block that
// does not fit one page is closed there and opened again on the next.
type Block struct{ Open, Close string }

// cutMark ends the last page where lines were left out. It stands apart from what is before it, which can be a table.
const cutMark = "\n\n…"

// Pages packs lines, in their order, on pages of at most longest characters each: one page at least, and at most that many.
// What is cut off is seen to be. No line is split: each must fit a page with its block's Open and Close and cutMark.
func Pages(lines []Line, longest, most int) []string {
	p := pager{longest: longest - utf8.RuneCountInString(cutMark)}
	for _, line := range lines {
		if line.Text == "" && line.Block == nil && p.size == 0 {
			continue
		}
		if p.size > 0 && p.size+p.cost(line) > p.longest {
			p.end()
			if len(p.pages) == most {
				p.pages[most-1] += cutMark
				return p.pages
			}
			if line.Text == "" && line.Block == nil {
				continue
			}
		}
		p.add(line)
	}
	if p.size > 0 || len(p.pages) == 0 {
		p.end()
	}
	return p.pages
}

type pager struct {
	longest int
	pages   []string
	page    strings.Builder
	size    int // of page, in characters
	block   *Block
}

// cost of a line on this page, in characters, with what closes the blocks before and around it.
func (p *pager) cost(line Line) int {
	n := 1 + utf8.RuneCountInString(line.Text) + closing(line.Block)
	if line.Block != p.block {
		n += closing(p.block)
		if line.Block != nil {
			n += 1 + utf8.RuneCountInString(line.Block.Open)
		}
	}
	return n
}

func closing(b *Block) int {
	if b == nil || b.Close == "" {
		return 0
	}
	return 1 + utf8.RuneCountInString(b.Close)
}

func (p *pager) add(line Line) {
	if line.Block != p.block {
		p.close()
		if line.Block != nil {
			p.write(line.Block.Open)
		}
		p.block = line.Block
	}
	p.write(line.Text)
}

func (p *pager) close() {
	if closing(p.block) > 0 {
		p.write(p.block.Close)
	}
	p.block = nil
}

func (p *pager) end() {
	p.close()
	p.pages = append(p.pages, strings.TrimRight(p.page.String(), "\n"))
	p.page.Reset()
	p.size = 0
}

func (p *pager) write(line string) {
	if p.size > 0 {
		p.page.WriteByte('\n')
		p.size++
	}
	p.page.WriteString(line)
	p.size += utf8.RuneCountInString(line)
}
