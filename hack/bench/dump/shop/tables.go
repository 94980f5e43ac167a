package shop

import (
	"strconv"
	"strings"
)

var tables = []table{
	{
		name: "visits", perThousand: 6000, row: visit,
		definition: `(id BIGINT PRIMARY KEY, session CHAR(32) NOT NULL, at DATETIME NOT NULL, kind VARCHAR(20), path VARCHAR(200), agent VARCHAR(60), request CHAR(32), address VARCHAR(45), payload JSON)`,
	},
	{
		name: "items", perThousand: 8000, row: item,
		definition: `(id BIGINT PRIMARY KEY, purchase INT NOT NULL, product INT NOT NULL, quantity SMALLINT NOT NULL, price DECIMAL(10,2) NOT NULL, discount DECIMAL(5,2), KEY (purchase))`,
	},
	{
		name: "orders", perThousand: 3000, row: order,
		definition: `(id INT PRIMARY KEY, customer INT NOT NULL, placed DATETIME NOT NULL, shipped DATETIME, status ENUM('new','paid','shipped','returned','cancelled') NOT NULL, total DECIMAL(10,2) NOT NULL, currency CHAR(3) NOT NULL, payment CHAR(28) NOT NULL, address VARCHAR(200), note TEXT, KEY (customer))`,
	},
	{
		name: "customers", perThousand: 1000, row: customer,
		definition: `(id INT PRIMARY KEY, email VARCHAR(120) NOT NULL, password CHAR(60) NOT NULL, name VARCHAR(100) NOT NULL, born DATE, street VARCHAR(100), postcode CHAR(5), city VARCHAR(60), phone VARCHAR(20), since DATETIME, newsletter TINYINT(1), settings JSON)`,
	},
	{
		name: "reviews", perThousand: 1000, row: review,
		definition: `(id INT PRIMARY KEY, product INT NOT NULL, customer INT NOT NULL, stars TINYINT NOT NULL, title VARCHAR(200), body TEXT, at DATETIME, helpful INT, KEY (product))`,
	},
	{
		name: "products", perThousand: 100, row: product, columns: "(id, sku, name, description, price, weight, stock, attributes, @picture) SET picture = UNHEX(@picture)",
		definition: `(id INT PRIMARY KEY, sku CHAR(12) NOT NULL, name VARCHAR(100) NOT NULL, description TEXT, price DECIMAL(10,2) NOT NULL, weight DOUBLE, stock INT, attributes JSON, picture BLOB)`,
	},
}

func (w *writer) anyCustomer() int { return 1 + w.IntN(w.customers) }
func (w *writer) anyProduct() int  { return 1 + w.IntN(max(1, w.customers/10)) }

// visit: six of them, one after another, share a session.
func visit(w *writer, number int) {
	w.int(number)
	first := uint64(number / 6)
	w.line = strconv.AppendUint(w.line, 1<<63|first*0x9E3779B97F4A7C15>>1, 16)
	w.line = strconv.AppendUint(w.line, 1<<63|(first+7)*0xC2B2AE3D27D4EB4F>>1, 16)
	w.end()
	w.at(number*17 + w.IntN(17))
	kind := w.often(kinds)
	w.text(kind)
	path := "/" + w.of(nouns) + "/" + strconv.Itoa(w.anyProduct())
	w.text(path)
	w.text(agents[first%uint64(len(agents))])
	w.hex(16)
	w.text("10.", strconv.Itoa(int(first>>8%200)), ".", strconv.Itoa(int(first%250)), ".", strconv.Itoa(w.IntN(255)))
	w.text(`{"search": "`, w.of(adjectives), ` `, w.of(nouns), `", "milliseconds": `, strconv.Itoa(20+w.IntN(900)),
		`, "variant": "`, w.of(variants), `", "basket": `, strconv.Itoa(w.IntN(9)), `}`)
}

func item(w *writer, number int) {
	w.int(number)
	w.int(1 + number*3/8)
	w.int(w.anyProduct())
	w.int(1 + w.IntN(4))
	w.cents(99 + 50*w.IntN(400))
	if w.IntN(4) == 0 {
		w.cents(500 * w.IntN(6))
	} else {
		w.null()
	}
}

func order(w *writer, number int) {
	w.int(number)
	w.int(w.anyCustomer())
	placed := number*34 + w.IntN(34)
	w.at(placed)
	w.at(placed + 3600*(4+w.IntN(90)))
	w.text(w.often(states))
	w.cents(500 + w.IntN(40_000))
	w.text("EUR")
	w.token("pay_", 24)
	w.address()
	if w.IntN(5) == 0 {
		w.sentences(4, 20)
	} else {
		w.null()
	}
}

func (w *writer) address() {
	w.text(w.of(streets), " ", strconv.Itoa(1+w.IntN(140)), ", ", strconv.Itoa(10_000+w.IntN(80_000)), " ", w.often(cities))
}

func customer(w *writer, number int) {
	w.int(number)
	given, family := w.often(givenNames), w.often(familyNames)
	w.text(strings.ToLower(given), ".", strings.ToLower(family), strconv.Itoa(w.IntN(1000)), "@", w.often(hosts))
	w.token("$2y$10$", 53)
	w.text(given, " ", family)
	w.text(strconv.Itoa(1940+w.IntN(66)), "-0", strconv.Itoa(1+w.IntN(9)), "-", strconv.Itoa(10+w.IntN(19)))
	w.text(w.of(streets), " ", strconv.Itoa(1+w.IntN(140)))
	w.int(10_000 + w.IntN(80_000))
	w.text(w.often(cities))
	w.text("+49 ", strconv.Itoa(30+w.IntN(800)), " ", strconv.Itoa(1_000_000+w.IntN(8_999_999)))
	w.at(number * 102)
	w.int(w.IntN(2))
	w.text(`{"language": "`, w.often(languages), `", "theme": "`, w.of(variants), `", "wishes": [`, strconv.Itoa(w.anyProduct()), `, `, strconv.Itoa(w.anyProduct()),
		`], "loyalty": {"points": `, strconv.Itoa(w.IntN(20_000)), `, "tier": "`, w.often(tiers), `"}}`)
}

func review(w *writer, number int) {
	w.int(number)
	w.int(w.anyProduct())
	w.int(w.anyCustomer())
	w.int(5 - int(5*w.Float64()*w.Float64()))
	w.sentences(2, 8)
	w.sentences(15, 120)
	w.at(number*100 + w.IntN(100))
	w.int(w.IntN(60))
}

func product(w *writer, number int) {
	w.int(number)
	w.text("SKU", strconv.Itoa(100_000_000+w.IntN(800_000_000)))
	noun, color := w.of(nouns), w.of(colors)
	w.text(w.of(adjectives), " ", color, " ", noun)
	w.sentences(60, 200)
	w.cents(99 + 50*w.IntN(400))
	w.text("0.", strconv.Itoa(1+w.IntN(99_999)))
	w.int(w.IntN(500))
	w.text(`{"color": "`, color, `", "material": "`, w.of(materials), `", "size": {"width": `, strconv.Itoa(w.IntN(200)), `, "height": `, strconv.Itoa(w.IntN(200)),
		`}, "tags": ["`, noun, `", "`, w.of(adjectives), `"]}`)
	w.hex(400 + w.IntN(1200))
}
