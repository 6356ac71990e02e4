-- The one way into the record: many independent requests, each decided alone, all in one commit.
--
-- Requests are numbered 1..n in order, their events follow each other in the same order; arrays are
-- parallel. A condition row says "refuse request c_req if an event after c_after matches": with tag
-- c_tag (null: any), further tags c_more (array literal or null) and a type among c_types (array
-- literal or null: any).
-- Answers per request: verdict 0 recorded (first, last), 1 conflict (first = the event that caused
-- it), 2 the same command was recorded before (first, last), 3 the same id with another body.
-- They are those of the requests being made one after the other.
--
-- Everything happens under one row's lock, so positions are gapless and commit in order.
-- A crash anywhere in here rolls everything back; a crash after the commit but before the answer is
-- recognised by the command id when the client asks again.
create function :schema.record_append(
    batch jsonb, out stamp text, out verdict int[], out first bigint[], out last bigint[]
)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    head record;
    now_at timestamptz;
    b record;
    hit record;
    n int;
    events int;
    k int;
    req int := 0;
    next_position bigint;
    accepted boolean[];
    pos bigint[];
begin
    select * into b from jsonb_to_record(batch) as b(
        r_command uuid[], r_digest text[],
        c_req int[], c_after bigint[], c_tag text[], c_more text[], c_types text[],
        e_req int[], e_type text[], e_body text[],
        t_ord int[], t_tag text[],
        v_ord int[], v_subject text[], v_commitment text[], v_salt text[], v_value text[]);
    n := cardinality(b.r_command);
    events := coalesce(cardinality(b.e_req), 0);
    if n is null or n = 0 or n > 1000 or events < n or events > 100000 then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'an append takes 1 to 1000 requests with at least one event each, '
                      'and at most 100000 events';
    end if;

    -- What is read below has to be what the last append left, not what stood when this one began.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception using errcode = 'invalid_transaction_state',
            message = 'an append runs in a READ COMMITTED transaction of its own';
    end if;
    -- Whoever acknowledges has to have it on disk, whatever the session was set to.
    if current_setting('synchronous_commit') = 'off' then
        perform set_config('synchronous_commit', 'on', true);
    end if;
    perform from :schema.record_lock for update;
    select h.position, h.at into head from :schema.record_head h;
    now_at := greatest(clock_timestamp(), head.at);
    stamp := to_char(now_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    verdict := array_fill(0, array[n]);
    first := array_fill(null::bigint, array[n]);
    last := first;

    -- Commands the record already knows.
    for hit in
        select r.req, c.first, c.last,
               c.digest is null or coalesce(c.digest = decode(r.digest, 'hex'), false) as same
          from unnest(b.r_command, b.r_digest) with ordinality as r(id, digest, req)
          join :schema.record_command c on c.id = r.id
    loop
        verdict[hit.req] := case when hit.same then 2 else 3 end;
        first[hit.req] := hit.first;
        last[hit.req] := hit.last;
    end loop;

    -- Each condition against what is stored: one index probe per tag and type.
    for hit in
        select c.req, f.position
          from unnest(b.c_req, b.c_after, b.c_tag, b.c_more, b.c_types)
               as c(req, after, tag, more, types)
         cross join lateral (
            select t.position from :schema.record_tag t
             where c.tag is not null and c.types is not null
               and t.tag = c.tag and t.type = any (c.types::text[]) and t.position > c.after
               and (c.more is null
                    or :schema.record_has_tags(t.position, t.type, c.more::text[]))
            union all
            select t.position from :schema.record_tag t
             where c.tag is not null and c.types is null
               and t.tag = c.tag and t.position > c.after
               and (c.more is null
                    or :schema.record_has_tags(t.position, t.type, c.more::text[]))
            union all
            select l.position from :schema.record_log l
             where c.tag is null and l.position > c.after
               and (c.types is null or l.type = any (c.types::text[]))
            limit 1) as f
    loop
        if verdict[hit.req] = 0 then
            verdict[hit.req] := 1;
            first[hit.req] := hit.position;
        end if;
    end loop;

    -- Requests of this call against those before them in it. A refused request records nothing, so
    -- it refuses nobody; hence the order. What a hit points at has no position yet: until there is
    -- one, `first` holds minus the event, and `last` minus the request, that it will be taken from.
    accepted := array_fill(true, array[n]);
    for k in 1..n loop
        accepted[k] := verdict[k] = 0;
    end loop;
    if n > 1 then
        for hit in
            with tagged as materialized (
                select t.tag, t.ord, b.e_req[t.ord] as req from unnest(b.t_ord, b.t_tag) as t(ord, tag)
            ), condition as materialized (
                select * from unnest(b.c_req, b.c_tag, b.c_more, b.c_types) as c(req, tag, more, types)
            ), command as materialized (
                select * from unnest(b.r_command, b.r_digest) with ordinality as r(id, digest, req)
            )
            select c.req, g.req as by_req, g.ord, null::boolean as same
              from condition c join tagged g on g.tag = c.tag and g.req < c.req
             where (c.types is null or b.e_type[g.ord] = any (c.types::text[]))
               and (c.more is null or c.more::text[] <@ array(
                        select o.tag from tagged o where o.ord = g.ord))
            union all
            select c.req, e.req, e.ord, null::boolean
              from condition c
              join unnest(b.e_req, b.e_type) with ordinality as e(req, type, ord)
                on c.tag is null and e.req < c.req
             where c.types is null or e.type = any (c.types::text[])
            union all
            select r.req, q.req, 0, q.digest is null or coalesce(q.digest = r.digest, false)
              from command r join command q on q.id = r.id and q.req < r.req
             order by 1, 3
        loop
            if not accepted[hit.by_req] then
                continue;
            end if;
            if hit.same is not null and verdict[hit.req] < 2 then
                verdict[hit.req] := case when hit.same then 2 else 3 end;
                last[hit.req] := -hit.by_req;
                accepted[hit.req] := false;
            elsif accepted[hit.req] then
                verdict[hit.req] := 1;
                first[hit.req] := -hit.ord;
                accepted[hit.req] := false;
            end if;
        end loop;
    end if;

    next_position := head.position;
    pos := array_fill(null::bigint, array[events]);
    for k in 1..events loop
        if b.e_req[k] is distinct from req then
            req := req + 1;
            if b.e_req[k] is distinct from req then
                req := -1;
                exit;
            end if;
        end if;
        if accepted[req] then
            next_position := next_position + 1;
            pos[k] := next_position;
            if first[req] is null then
                first[req] := next_position;
            end if;
            last[req] := next_position;
        end if;
    end loop;
    if req <> n then
        raise exception using errcode = 'invalid_parameter_value',
            message = 'the events of an append stand in the order of its requests, none without';
    end if;
    for k in 1..n loop
        if last[k] < 0 then
            first[k] := first[-last[k]];
            last[k] := last[-last[k]];
        elsif first[k] < 0 then
            first[k] := pos[-first[k]];
        end if;
    end loop;
    if next_position = head.position then
        return;
    end if;

    insert into :schema.record_log (position, type, entry, leaf)
    select p, type, entry, sha256(decode('00', 'hex') || convert_to(entry, 'UTF8'))
      from (select p, type, '{"recorded_at":"' || stamp || '",' || substr(body, 2) as entry
              from unnest(pos, b.e_type, b.e_body) as x(p, type, body)
             where p is not null offset 0) as y;
    insert into :schema.record_tag (tag, type, position)
    select tag, b.e_type[ord], pos[ord]
      from unnest(b.t_ord, b.t_tag) as t(ord, tag) where pos[ord] is not null;
    insert into :schema.record_command (id, first, last, digest)
    select r.id, first[r.req], last[r.req], decode(r.digest, 'hex')
      from unnest(b.r_command, b.r_digest) with ordinality as r(id, digest, req)
     where r.id is not null and accepted[r.req];
    if b.v_ord is not null then
        insert into :schema.vault_value (subject, position, commitment, salt, value)
        select subject, pos[ord], decode(commitment, 'hex'), decode(salt, 'hex'), value
          from unnest(b.v_ord, b.v_subject, b.v_commitment, b.v_salt, b.v_value)
               as v(ord, subject, commitment, salt, value)
         where pos[ord] is not null;
    end if;
    perform pg_notify(:'channel', next_position::text);
end $$;
revoke all on function :schema.record_append(jsonb) from public;
