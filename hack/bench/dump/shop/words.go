package shop

import "strings"

// Words, the frequent ones first.
var (
	prose = strings.Fields(`the and a to of it is in for this i was my that with very we on not but as have are so be they you at he she good
had one all which from an great were has would there well use when really been her just our out if more about up product also can than
their after no only like quality nice what some time because will price them bought too now much your do first little again other his
size even get got two back works over day colour works perfectly delivery small made still easy looks arrived did better make off ordered
before any recommend fits never way then new how fast light could long around bit black who every box most used item where old looking
love enough right came last set buy home gift kitchen without many while come happy put strong think say money soft does years need went
water want same found best take year thing being down hard keep high these left people work feel big few find days weeks both clean always
part morning quite white room under given house something side since worth almost although handle cheap wall heavy wood return material
children table service garden described photo another instead broken package screws customer expected different though seems comfortable
problem manual metal difference family second plastic warm excellent disappointed cover sturdy pleasant between leather kept evening
however smell several during replaced beautiful simple winter button shipping sound shape exactly within cotton sister pretty machine
birthday neighbour assembled battery instructions inside surface reasonable holds daughter weight corner design packaging completely
summer thicker support daily mother noticed refund shelf drawer friend washing bright hallway office usually cable purchase standard
careful husband colours fabric screen certainly travel measured charger window balcony replacement slightly workshop scratch pocket`)
	givenNames = strings.Fields(`Ana Ben Clara David Emma Felix Greta Hugo Ida Jonas Katja Lukas Marie Nils Olga Paul Rosa Simon Tina Ulf Vera Willi
Yara Zoe Anton Berta Carlos Diana Erik Frida Georg Hanna Ivan Julia Karl Lena Max Nora Oskar Petra Quentin Ruth Stefan Theresa Ute Viktor Wanda
Amira Bruno Chiara Dario Elif Fatima Gustav Helene Ines Jakob Kamila Leon Mira Noah Olivia Pia Rafael Selma Timo Ursula Valentin Wiebke Alma`)
	familyNames = strings.Fields(`Meier Schulz Garcia Novak Rossi Silva Martin Kowalski Jensen Petrov Becker Fischer Wagner Weber Hoffmann Koch Richter Klein
Wolf Neumann Schwarz Zimmermann Braun Hartmann Lange Krause Lehmann Maier Huber Kaiser Fuchs Peters Lang Scholz Weiss Jung Hahn Vogel Keller Berger
Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Winter Kraus Martens Schumacher Sommer Otto Stein Haas Graf Heinrich Seidel`)
	cities = strings.Fields(`Berlin Hamburg Bremen Leipzig Dresden Essen Bonn Mainz Kassel Ulm Trier Jena Aachen Erfurt Rostock Halle Potsdam Bochum Augsburg
Wuppertal Bielefeld Karlsruhe Mannheim Wiesbaden Chemnitz Magdeburg Freiburg Krefeld Oberhausen Saarbruecken Solingen Heidelberg Darmstadt Regensburg`)
	streets = strings.Fields(`Hauptstrasse Bahnhofstrasse Gartenweg Schulstrasse Dorfstrasse Bergstrasse Birkenweg Lindenstrasse Kirchgasse Waldstrasse Ringstrasse
Amselweg Wiesenweg Jahnstrasse Goethestrasse Schillerstrasse Mozartstrasse Parkallee Uferweg Rosenweg Muehlenweg Feldstrasse Brunnengasse Marktplatz`)
	nouns = strings.Fields(`lamp chair table kettle jacket bicycle carpet mirror shelf backpack blanket pan knife bottle basket clock sofa desk bench vase candle
towel pillow curtain drawer ladder toaster blender speaker headset keyboard monitor printer camera tripod helmet tent hammock racket skates`)
	adjectives = strings.Fields(`Sturdy Light Classic Modern Folding Compact Large Small Elegant Simple Premium Basic Outdoor Vintage Woven Round Slim Deluxe`)
	colors     = strings.Fields(`black white red blue green grey beige brown yellow orange turquoise silver`)
	materials  = strings.Fields(`wood steel cotton leather plastic glass aluminium ceramic linen wool bamboo cork`)
	kinds      = strings.Fields(`view view view search basket checkout login wish compare review`)
	states     = strings.Fields(`shipped shipped shipped paid new returned cancelled`)
	variants   = strings.Fields(`control blue wide plain`)
	hosts      = strings.Fields(`example.com mail.example.com example.org post.example.net example.net`)
	languages  = strings.Fields(`de de en fr pl tr it es`)
	tiers      = strings.Fields(`none bronze silver gold`)
	agents     = []string{"Firefox 127 (Linux)", "Chrome 126 (Windows)", "Safari 17.5 (iPhone)", "Chrome 126 (Android)", "Safari 17.5 (Mac)", "Edge 126 (Windows)"}
)
