-- The record: entries as they were stored, what finds them, and what keeps them as they are
-- (DESIGN §3, §4).
--
-- The service may create objects in this schema, for its facts. So nothing that runs with the
-- owner's rights looks anything up there by chance: migrations and functions name the schema, and
-- their search_path ends in pg_temp, which otherwise comes first.

create table :schema.record_log (
    position bigint primary key,
    type text collate "C" not null,
    -- Whatever a client sends, it is one JSON object, and recorded_at in it is the database's.
    entry text collate "C" not null constraint record_log_entry
        check (coalesce(entry::jsonb ->> 'recorded_at', '') = substr(entry, 17, 27)),
    leaf bytea not null
) with (autovacuum_vacuum_insert_threshold = 1000000);

-- With the type in the key a condition never touches the log, and cost stays flat as tags grow.
create table :schema.record_tag (
    tag text collate "C" not null,
    type text collate "C" not null,
    position bigint not null,
    primary key (tag, type, position)
) with (autovacuum_vacuum_insert_threshold = 1000000);

create table :schema.record_command (
    id uuid primary key,
    first bigint not null,
    last bigint not null,
    digest bytea
) with (autovacuum_vacuum_insert_threshold = 1000000);

-- Whoever appends holds this row. It is locked and never updated: were the head kept here, each
-- append would leave a dead version for as long as the oldest reader runs, and walk through them.
create table :schema.record_lock (one boolean primary key check (one));
insert into :schema.record_lock values (true);

-- The last position and the time it was recorded at, of the record itself.
create view :schema.record_head as
select coalesce(l.position, 0) as position,
       coalesce(substr(l.entry, 17, 27)::timestamptz, '-infinity') as at
  from (values (1)) as always(one)
  left join (select position, entry from :schema.record_log order by position desc limit 1) as l
    on true;

-- Personal values and their salts: rows may be deleted (erasure), never changed.
create table :schema.vault_value (
    subject text collate "C" not null,
    position bigint not null,
    commitment bytea not null,
    salt bytea not null,
    value text not null,
    primary key (position, commitment)
);
create index vault_value_subject on :schema.vault_value (subject);

create table :schema.access_token (
    hash bytea primary key,
    account text not null,
    issued_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz
);

create function :schema.record_refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using
        errcode = 'insufficient_privilege',
        message = tg_op || ' on ' || tg_table_name::text || ' is refused: the record is append-only',
        hint = 'A mistake is answered by EventCorrected or EventRevoked.';
end $$;

create trigger append_only before update or delete or truncate on :schema.record_log
    for each statement execute function :schema.record_refuse_change();
create trigger append_only before update or delete or truncate on :schema.record_tag
    for each statement execute function :schema.record_refuse_change();
create trigger append_only before update or delete or truncate on :schema.record_command
    for each statement execute function :schema.record_refuse_change();
create trigger append_only before insert or update or delete or truncate on :schema.record_lock
    for each statement execute function :schema.record_refuse_change();
create trigger unchanged before update or truncate on :schema.vault_value
    for each statement execute function :schema.record_refuse_change();

-- Does the event at `at_position` carry every one of `wanted`?
create function :schema.record_has_tags(at_position bigint, at_type text, wanted text[])
returns boolean language sql stable as $$
    select not exists (
        select from pg_catalog.unnest(wanted) as w(tag)
         where not exists (
            select from :schema.record_tag t
             where t.tag = w.tag and t.type = at_type and t.position = at_position))
$$;

-- Events under any of several tags, and the head they are as of, in one snapshot. An item of
-- `wanted` is {"tag": …, "more": further tags or null, "types": […] or null for any type}.
-- One plan for all: making it anew costs three times what running it does.
create function :schema.record_find(wanted jsonb, beyond bigint, at_most bigint)
returns table (head bigint, at_position bigint, entry text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    with hit as (
        select distinct f.position
          from jsonb_to_recordset(wanted) as w(tag text, more text[], types text[])
         cross join lateral (
            select t.position from :schema.record_tag t
             where w.types is not null and t.tag = w.tag and t.type = any (w.types)
               and t.position > beyond
               and (w.more is null or :schema.record_has_tags(t.position, t.type, w.more))
            union all
            select t.position from :schema.record_tag t
             where w.types is null and t.tag = w.tag and t.position > beyond
               and (w.more is null or :schema.record_has_tags(t.position, t.type, w.more))
         ) as f order by f.position limit at_most
    )
    select h.position, x.position, x.entry
      from :schema.record_head h
      left join (
        select l.position, l.entry from hit join :schema.record_log l using (position)) as x on true
     order by x.position;
end $$;

-- The same by looking at each event: any of the types in `kinds`, or any of the items in `wanted`;
-- both null means every event.
create function :schema.record_scan(wanted jsonb, kinds text[], beyond bigint, at_most bigint)
returns table (head bigint, at_position bigint, entry text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    select h.position, x.position, x.entry
      from :schema.record_head h
      left join (
        select l.position, l.entry from :schema.record_log l
         where l.position > beyond
           and ((kinds is null and wanted is null) or l.type = any (kinds)
                or (wanted is not null and exists (
                    select from jsonb_to_recordset(wanted) as w(tag text, more text[], types text[])
                     where (w.types is null or l.type = any (w.types))
                       and :schema.record_has_tags(l.position, l.type, w.tag || coalesce(w.more, '{}')))))
         order by l.position limit at_most) as x on true
     order by x.position;
end $$;

-- The recorded time of a position, read from the entry itself: there is no second copy to disagree.
create function :schema.record_time(at_position bigint) returns timestamptz
language sql stable as $$
    select substr(entry, 17, 27)::timestamptz from :schema.record_log where position = at_position
$$;

-- The last position recorded at or before a moment. Times never decrease, so halving finds it.
create function :schema.record_position_at(moment timestamptz) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    low bigint := 0;
    high bigint := (select position from :schema.record_head);
    middle bigint;
begin
    while low < high loop
        middle := (low + high + 1) / 2;
        if :schema.record_time(middle) <= moment then low := middle; else high := middle - 1; end if;
    end loop;
    return low;
end $$;
