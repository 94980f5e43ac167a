package sqlstream

import "strings"

// What the two servers have in common, and what only one of them knows. It was seen with MariaDB 10.11 and 11.8 and MySQL 9.7.

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

const noAutoCreateUser = "NO_AUTO_CREATE_USER"

var (
	commonModes = set(`REAL_AS_FLOAT PIPES_AS_CONCAT ANSI_QUOTES IGNORE_SPACE ONLY_FULL_GROUP_BY NO_UNSIGNED_SUBTRACTION
		NO_DIR_IN_CREATE ANSI NO_AUTO_VALUE_ON_ZERO NO_BACKSLASH_ESCAPES STRICT_TRANS_TABLES STRICT_ALL_TABLES NO_ZERO_IN_DATE
		NO_ZERO_DATE ALLOW_INVALID_DATES ERROR_FOR_DIVISION_BY_ZERO TRADITIONAL HIGH_NOT_PRECEDENCE NO_ENGINE_SUBSTITUTION
		PAD_CHAR_TO_FULL_LENGTH`)
	commonEngines = set("innodb myisam memory csv archive blackhole mrg_myisam federated")
	commonTypes   = set(`tinyint smallint mediumint int bigint decimal float double bit date datetime timestamp time year char
		varchar binary varbinary tinyblob blob mediumblob longblob tinytext text mediumtext longtext enum set json geometry point
		linestring polygon multipoint multilinestring multipolygon geometrycollection geomcollection`)
	rareTypes = map[string]string{"uuid": "TypeUUID", "inet6": "TypeINET6", "inet4": "TypeINET4", "vector": "TypeVector"}
	// noDefault are the types to whose columns MySQL gives no literal default.
	noDefault = set(`tinyblob blob mediumblob longblob tinytext text mediumtext longtext json geometry point linestring polygon
		multipoint multilinestring multipolygon geometrycollection geomcollection`)

	// mariadbFunctions and mysqlFunctions are those of which the other server says that there is none. MySQL 9 has md5 and sha
	// in a component that it does not come with.
	mariadbFunctions = set(`add_months chr column_check column_exists column_json column_list concat_operator_oracle crc32c decode
		decode_oracle des_decrypt des_encrypt encode encrypt json_array_intersect json_compact json_detailed json_equals json_exists
		json_key_value json_loose json_normalize json_object_filter_keys json_object_to_array json_query kdf lengthb lpad_oracle
		ltrim_oracle md5 median natural_sort_key nvl nvl2 old_password percentile_cont percentile_disc replace_oracle rpad_oracle
		rtrim_oracle sformat sha sha1 substr_oracle sys_guid to_char trim_oracle uuid_v4 uuid_v7 vec_distance
		vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext`)
	mysqlFunctions = set(`any_value bin_to_uuid from_vector is_uuid json_schema_validation_report json_storage_free
		json_storage_size mbrcoveredby mbrcovers ps_thread_id regexp_like st_buffer_strategy st_frechetdistance st_geohash
		st_geomcollfromtxt st_hausdorffdistance st_isvalid st_latfromgeohash st_latitude st_lineinterpolatepoint
		st_lineinterpolatepoints st_longfromgeohash st_longitude st_makeenvelope st_numinteriorring st_pointatdistance
		st_pointfromgeohash st_simplify st_swapxy st_transform st_validate statement_digest statement_digest_text string_to_vector
		to_vector uuid_to_bin vector_dim vector_to_string`)
)

// collations and character sets by a part of their name; the first that matches counts. MariaDB reads MySQL's names with 0900
// as its own from 11.4.5 on, but not these languages'.
var collations = []struct {
	part    string
	feature string
}{
	{"_bg_0900", "MySQLCollations"}, {"_bs_0900", "MySQLCollations"}, {"_gl_0900", "MySQLCollations"}, {"_ja_0900", "MySQLCollations"},
	{"_mn_cyrl_0900", "MySQLCollations"}, {"_nb_0900", "MySQLCollations"}, {"_nn_0900", "MySQLCollations"}, {"_ru_0900", "MySQLCollations"},
	{"_sr_latn_0900", "MySQLCollations"}, {"_zh_0900", "MySQLCollations"}, {"gb18030", "MySQLCollations"}, {"_tolower_ci", "MySQLCollations"},
	{"_0900_", "UCA0900Collations"}, {"uca1400", "UCA1400Collations"}, {"general1400", "MariaDBCollations"}, {"nopad", "MariaDBCollations"},
	{"croatian_mysql561", "MariaDBCollations"}, {"myanmar", "MariaDBCollations"}, {"thai_520_w2", "MariaDBCollations"},
}

// nearest are the collations that take the place of a connection's. What a view, a trigger or a routine compares with a column
// is compared by the column's, so a connection's says only how two constants compare, and these differ in letters that came
// into Unicode after 5.2.
var nearest = map[string]string{
	"utf8mb4_uca1400_ai_ci": "utf8mb4_unicode_520_ci",
	"utf8mb3_uca1400_ai_ci": "utf8mb3_unicode_520_ci",
	"utf8mb4_0900_ai_ci":    "utf8mb4_unicode_520_nopad_ci",
}
