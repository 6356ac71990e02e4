-- The one way into the record: many independent requests, each decided alone, all in one commit.
--
-- Requests are numbered 1..n in order; arrays are parallel. A condition row says "refuse request
-- c_req if an event after c_after matches": with tag c_tag (null: any), further tags c_more (array
-- literal or null) and a type among c_types (array literal or null: any).
-- Answers per request: verdict 0 recorded (first, last), 1 conflict (first = the event that caused
-- it), 2 the same command was recorded before (first, last), 3 the same id with another body.
--
-- Everything happens under the lock on the head row, so positions are gapless and commit in order.
-- A crash anywhere in here rolls everything back; a crash after the commit but before the answer is
-- recognised by the command id when the client asks again.
create function record_append(
    batch jsonb, out stamp text, out verdict int[], out first bigint[], out last bigint[]
)
language plpgsql security definer
set search_path from current
set plan_cache_mode = force_generic_plan
as $$
declare
    head record_head;
    now_at timestamptz;
    b record;
    hit record;
    n int;
    events int;
    k int;
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
        raise exception using errcode = 'program_limit_exceeded',
            message = 'an append takes 1 to 1000 requests with at least one event each, '
                      'and at most 100000 events';
    end if;

    select * into head from record_head for update;
    now_at := greatest(clock_timestamp(), head.at);
    stamp := to_char(now_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    verdict := array_fill(0, array[n]);
    first := array_fill(null::bigint, array[n]);
    last := first;

    -- Commands the record already knows, and ids used twice within this call.
    for hit in
        select r.req, c.first, c.last,
               case when c.digest is null or c.digest = decode(r.digest, 'hex') then 2 else 3 end
               as verdict
          from unnest(b.r_command, b.r_digest) with ordinality as r(id, digest, req)
          join record_command c on c.id = r.id
    loop
        verdict[hit.req] := hit.verdict;
        first[hit.req] := hit.first;
        last[hit.req] := hit.last;
    end loop;

    -- Each condition against what is stored: one index probe per tag and type.
    for hit in
        select c.req, f.position
          from unnest(b.c_req, b.c_after, b.c_tag, b.c_more, b.c_types)
               as c(req, after, tag, more, types)
         cross join lateral (
            select t.position from record_tag t
             where c.tag is not null and c.types is not null
               and t.tag = c.tag and t.type = any (c.types::text[]) and t.position > c.after
               and (c.more is null or record_has_tags(t.position, t.type, c.more::text[]))
            union all
            select t.position from record_tag t
             where c.tag is not null and c.types is null
               and t.tag = c.tag and t.position > c.after
               and (c.more is null or record_has_tags(t.position, t.type, c.more::text[]))
            union all
            select l.position from record_log l
             where c.tag is null and l.position > c.after
               and (c.types is null or l.type = any (c.types::text[]))
            limit 1) as f
    loop
        if verdict[hit.req] = 0 then
            verdict[hit.req] := 1;
            first[hit.req] := hit.position;
        end if;
    end loop;

    -- Requests of this call against those before them in it. A request refused above or here
    -- records nothing, so it refuses nobody; hence the order.
    accepted := array_fill(false, array[n]);
    if n = 1 then
        accepted[1] := verdict[1] = 0;
    else
        for k in 1..n loop
            accepted[k] := verdict[k] = 0;
        end loop;
        for hit in
            with tagged as materialized (
                select t.tag, t.ord, b.e_req[t.ord] as req from unnest(b.t_ord, b.t_tag) as t(ord, tag)
            ), condition as materialized (
                select * from unnest(b.c_req, b.c_tag, b.c_more, b.c_types) as c(req, tag, more, types)
            )
            select c.req, g.req as by_req, g.ord
              from condition c join tagged g on g.tag = c.tag and g.req < c.req
             where (c.types is null or b.e_type[g.ord] = any (c.types::text[]))
               and (c.more is null or c.more::text[] <@ array(
                        select o.tag from tagged o where o.ord = g.ord))
            union all
            select c.req, e.req, e.ord
              from condition c
              join unnest(b.e_req, b.e_type) with ordinality as e(req, type, ord)
                on c.tag is null and e.req < c.req
             where c.types is null or e.type = any (c.types::text[])
            union all
            select r.req, q.req, null
              from unnest(b.r_command) with ordinality as r(id, req)
              join unnest(b.r_command) with ordinality as q(id, req)
                on q.id = r.id and q.req < r.req
             order by 1, 3
        loop
            if accepted[hit.req] and accepted[hit.by_req] then
                accepted[hit.req] := false;
                verdict[hit.req] := 1;
                first[hit.req] := -coalesce(hit.ord, 0);
            end if;
        end loop;
    end if;

    next_position := head.position;
    pos := array_fill(null::bigint, array[events]);
    for k in 1..events loop
        if accepted[b.e_req[k]] then
            next_position := next_position + 1;
            pos[k] := next_position;
            if first[b.e_req[k]] is null then
                first[b.e_req[k]] := next_position;
            end if;
            last[b.e_req[k]] := next_position;
        end if;
    end loop;
    if n > 1 then
        for k in 1..n loop
            if first[k] <= 0 then
                first[k] := coalesce(pos[-first[k]], next_position);
            end if;
        end loop;
    end if;
    if next_position = head.position then
        return;
    end if;

    insert into record_log (position, type, entry, leaf)
    select p, type, entry, sha256('\x00'::bytea || convert_to(entry, 'UTF8'))
      from (select p, type, '{"recorded_at":"' || stamp || '",' || substr(body, 2) as entry
              from unnest(pos, b.e_type, b.e_body) as x(p, type, body)
             where p is not null offset 0) as y;
    insert into record_tag (tag, type, position)
    select tag, b.e_type[ord], pos[ord]
      from unnest(b.t_ord, b.t_tag) as t(ord, tag) where pos[ord] is not null;
    insert into record_command (id, first, last, digest)
    select r.id, first[r.req], last[r.req], decode(r.digest, 'hex')
      from unnest(b.r_command, b.r_digest) with ordinality as r(id, digest, req)
     where r.id is not null and accepted[r.req];
    if b.v_ord is not null then
        insert into vault_value (subject, position, commitment, salt, value)
        select subject, pos[ord], decode(commitment, 'hex'), decode(salt, 'hex'), value
          from unnest(b.v_ord, b.v_subject, b.v_commitment, b.v_salt, b.v_value)
               as v(ord, subject, commitment, salt, value)
         where pos[ord] is not null;
    end if;
    update record_head set position = next_position, at = now_at where one;
    perform pg_notify('yinzheng_' || current_schema(), next_position::text);
end $$;
revoke all on function record_append(jsonb) from public;
