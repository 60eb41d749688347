/// Names before a parenthesis that leave nothing behind in a session: words of the grammar, types, and PostgreSQL's own
/// functions. A function that is not here may do anything, so its session stays where it is.
///
/// Deliberately missing: set_config (looked at by the scanner), setseed, currval and lastval (they read what a session
/// kept), the session-level advisory locks, everything that runs a text as SQL (query_to_xml, dblink, ts_stat, …).
enum HarmlessNames {
    static var all: [Substring] { [grammar, types, aggregates, numbers, texts, times, documents, sequencesAndLocks, catalogue].flatMap { $0.split(separator: " ") } }

    private static let grammar = """
    in values and or not any some all exists as on using over filter within group by where select distinct from join having when then else \
    case union except intersect returning limit offset array row rows set update into with recursive materialized interval is like ilike \
    between similar lateral ordinality conflict do key unique primary check references default include inherits partition range list hash \
    options generated identity stored exclude foreign only table column add alter for to of analyze analyse verbose explain vacuum returns \
    fetch first next order window preceding following cast coalesce nullif greatest least extract overlay position substring trim treat \
    grouping rollup cube sets normalize escape matched delete insert grant always inner left right full cross outer natural view \
    index force quote null header format delimiter freeze concurrently collate tablesample bernoulli system repeatable asymmetric symmetric both \
    leading trailing end cycle depth breadth merge overlaps tables copy btree gin gist spgist brin
    """
    private static let types = """
    numeric decimal varchar char character varying bit time timestamp timestamptz timetz float double precision int integer bigint smallint \
    text boolean bool bytea date json jsonb uuid real bpchar name oid regclass regtype inet cidr
    """
    private static let aggregates = """
    count sum avg min max array_agg string_agg bool_and bool_or every bit_and bit_or bit_xor json_agg jsonb_agg json_object_agg jsonb_object_agg \
    stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_slope regr_intercept regr_r2 regr_count mode \
    percentile_cont percentile_disc row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value range_agg
    """
    private static let numbers = """
    abs ceil ceiling floor round trunc mod div power pow sqrt cbrt exp ln log log10 sign pi random degrees radians sin cos tan asin acos atan atan2 \
    cot sinh cosh tanh factorial gcd lcm width_bucket scale min_scale trim_scale generate_series generate_subscripts gen_random_uuid
    """
    private static let texts = """
    lower upper initcap length char_length character_length octet_length bit_length concat concat_ws substr left right repeat replace reverse \
    lpad rpad ltrim rtrim btrim split_part strpos starts_with translate ascii chr md5 sha224 sha256 sha384 sha512 encode decode quote_ident \
    quote_literal quote_nullable format to_hex regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table \
    regexp_count regexp_instr regexp_like regexp_substr string_to_array string_to_table array_to_string unnest array_length array_upper \
    array_lower array_ndims array_dims array_position array_positions array_append array_prepend array_cat array_remove array_replace \
    array_fill cardinality to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline \
    convert convert_from convert_to get_bit set_bit get_byte set_byte
    """
    private static let times = """
    now clock_timestamp statement_timestamp transaction_timestamp timeofday current_timestamp current_time localtime localtimestamp age \
    date_part date_trunc date_bin to_char to_date to_timestamp to_number make_date make_time make_timestamp make_timestamptz make_interval \
    isfinite justify_days justify_hours justify_interval
    """
    private static let documents = """
    to_json to_jsonb row_to_json array_to_json json_build_object jsonb_build_object json_build_array jsonb_build_array json_object jsonb_object \
    json_array_length jsonb_array_length json_each jsonb_each json_each_text jsonb_each_text json_extract_path jsonb_extract_path \
    json_extract_path_text jsonb_extract_path_text json_object_keys jsonb_object_keys json_populate_record jsonb_populate_record \
    json_populate_recordset jsonb_populate_recordset json_array_elements jsonb_array_elements json_array_elements_text \
    jsonb_array_elements_text json_typeof jsonb_typeof json_to_record jsonb_to_record json_to_recordset jsonb_to_recordset json_strip_nulls \
    jsonb_strip_nulls jsonb_set jsonb_set_lax jsonb_insert jsonb_pretty jsonb_path_exists jsonb_path_match jsonb_path_query \
    jsonb_path_query_array jsonb_path_query_first xmlelement xmlforest xmlconcat xmlagg xmlparse xmlserialize
    """
    private static let sequencesAndLocks = """
    nextval setval pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_notify
    """
    private static let catalogue = """
    version current_database current_schema current_schemas current_setting pg_backend_pid inet_server_addr inet_server_port inet_client_addr \
    inet_client_port pg_postmaster_start_time pg_is_in_recovery pg_current_wal_lsn pg_current_wal_insert_lsn pg_current_wal_flush_lsn \
    pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_wal_lsn_diff pg_last_xact_replay_timestamp pg_sleep pg_sleep_for pg_sleep_until \
    pg_size_pretty pg_database_size pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size pg_get_userbyid pg_get_expr \
    pg_get_indexdef pg_get_constraintdef pg_get_viewdef pg_get_functiondef pg_get_function_arguments pg_get_function_result \
    pg_get_function_identity_arguments pg_get_ruledef pg_get_triggerdef pg_get_serial_sequence pg_get_partkeydef pg_encoding_to_char \
    pg_table_is_visible pg_type_is_visible pg_function_is_visible pg_opclass_is_visible pg_operator_is_visible format_type col_description \
    obj_description shobj_description has_table_privilege has_schema_privilege has_database_privilege has_column_privilege \
    has_function_privilege has_sequence_privilege pg_has_role to_regclass to_regtype to_regproc to_regnamespace pg_cancel_backend \
    pg_terminate_backend pg_stat_get_activity pg_xact_status txid_current txid_current_if_assigned pg_current_xact_id \
    pg_current_xact_id_if_assigned pg_typeof pg_column_size pg_options_to_table pg_tablespace_location pg_relation_is_publishable \
    pg_show_all_settings pg_blocking_pids pg_char_to_encoding
    """
}
