-- The record: entries as they were stored, what finds them, and the one way in (DESIGN §3, §4).
-- Runs with search_path set to the jurisdiction's schema; functions keep that path.

create table record_log (
    position bigint primary key,
    type text collate "C" not null,
    entry text collate "C" not null,
    leaf bytea not null
) with (autovacuum_vacuum_insert_threshold = 1000000);

-- With the type in the key a condition never touches the log, and cost stays flat as tags grow.
create table record_tag (
    tag text collate "C" not null,
    type text collate "C" not null,
    position bigint not null,
    primary key (tag, type, position)
) with (autovacuum_vacuum_insert_threshold = 1000000);

create table record_command (
    id uuid primary key,
    first bigint not null,
    last bigint not null,
    digest bytea
) with (autovacuum_vacuum_insert_threshold = 1000000);

create table record_head (
    one boolean primary key default true check (one),
    position bigint not null,
    at timestamptz not null
) with (fillfactor = 10);
insert into record_head values (true, 0, '-infinity');

-- Personal values and their salts: rows may be deleted (erasure), never changed.
create table vault_value (
    subject text collate "C" not null,
    position bigint not null,
    commitment bytea not null,
    salt bytea not null,
    value text not null,
    primary key (position, commitment)
);
create index vault_value_subject on vault_value (subject);

create table access_token (
    hash bytea primary key,
    account text not null,
    issued_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz
);

create function record_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception using
        errcode = 'insufficient_privilege',
        message = format('%s on %s is refused: the record is append-only', tg_op, tg_table_name),
        hint = 'A mistake is answered by EventCorrected or EventRevoked.';
end $$;

create trigger append_only before update or delete or truncate on record_log
    for each statement execute function record_refuse_change();
create trigger append_only before update or delete or truncate on record_tag
    for each statement execute function record_refuse_change();
create trigger append_only before update or delete or truncate on record_command
    for each statement execute function record_refuse_change();
create trigger one_row before delete or truncate on record_head
    for each statement execute function record_refuse_change();
create trigger unchanged before update or truncate on vault_value
    for each statement execute function record_refuse_change();

create function record_never_back() returns trigger language plpgsql as $$
begin
    if new.position < old.position or new.at < old.at then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'the head of the record never goes back';
    end if;
    return new;
end $$;
create trigger never_back before update on record_head
    for each row execute function record_never_back();

-- Does the event at `at_position` carry every one of `wanted`?
create function record_has_tags(at_position bigint, at_type text, wanted text[]) returns boolean
language sql stable as $$
    select not exists (
        select from unnest(wanted) as w(tag)
         where not exists (
            select from record_tag t
             where t.tag = w.tag and t.type = at_type and t.position = at_position))
$$;

-- The recorded time of a position, read from the entry itself: there is no second copy to disagree.
create function record_time(at_position bigint) returns timestamptz
language sql stable as $$
    select substr(entry, 17, 27)::timestamptz from record_log where position = at_position
$$;

-- The last position recorded at or before a moment. Times never decrease, so halving finds it.
create function record_position_at(moment timestamptz) returns bigint
language plpgsql stable set search_path from current as $$
declare
    low bigint := 0;
    high bigint := (select position from record_head);
    middle bigint;
begin
    while low < high loop
        middle := (low + high + 1) / 2;
        if record_time(middle) <= moment then low := middle; else high := middle - 1; end if;
    end loop;
    return low;
end $$;
