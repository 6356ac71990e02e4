-- What the running service may do: read everything, append through the function, keep tokens.
-- The group role `<schema>_service` exists before the migrations run; :service stands for it.

grant usage on schema :schema to :service;
grant select on :schema.record_log, :schema.record_tag, :schema.record_command, :schema.record_head,
    :schema.vault_value, :schema.access_token to :service;
grant execute on function :schema.record_append(jsonb) to :service;

create function :schema.access_issue_token(token_hash bytea, for_account text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into :schema.access_token (hash, account) values (token_hash, for_account)
$$;
create function :schema.access_revoke_tokens(of_account text) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with revoked as (
        update :schema.access_token set revoked_at = clock_timestamp()
         where account = of_account and revoked_at is null returning 1)
    select count(*) from revoked
$$;
revoke all on function :schema.access_issue_token(bytea, text),
    :schema.access_revoke_tokens(text) from public;
grant execute on function :schema.access_issue_token(bytea, text),
    :schema.access_revoke_tokens(text) to :service;

-- Facts belong to the service: it builds, fills and swaps their tables beside the record.
grant create on schema :schema to :service;
