package sqlstream

// cuts are pieces to take out of a text, in order.
type cuts [][2]int

func (c *cuts) add(from, to int) { *c = append(*c, [2]int{from, to}) }

// from takes the pieces out of the text, in its memory.
func (c cuts) from(text []byte) []byte {
	done, next := 0, 0
	for _, cut := range c {
		done += copy(text[done:], text[next:cut[0]])
		next = cut[1]
	}
	if next == 0 {
		return text
	}
	done += copy(text[done:], text[next:])
	return text[:done]
}
