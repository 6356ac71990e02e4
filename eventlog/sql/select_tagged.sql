-- Events under any of several tags, and the head they are as of, in one snapshot.
-- A tag's item names its further tags and its types as array literals; null means any.
with wanted as (
    select * from unnest(%(tag)s::text[], %(more)s::text[], %(types)s::text[])
                  as w(tag, more, types)
), hit as (
    select distinct f.position from wanted w cross join lateral (
        select t.position from record_tag t
         where w.types is not null and t.tag = w.tag and t.type = any (w.types::text[])
           and t.position > %(after)s
           and (w.more is null or record_has_tags(t.position, t.type, w.more::text[]))
        union all
        select t.position from record_tag t
         where w.types is null and t.tag = w.tag and t.position > %(after)s
           and (w.more is null or record_has_tags(t.position, t.type, w.more::text[]))
    ) as f order by f.position limit %(limit)s
)
select h.position, x.position, x.type, x.entry
  from record_head h
  left join (select l.position, l.type, l.entry from hit join record_log l using (position)) x on true
 order by x.position
