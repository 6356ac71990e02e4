-- Stored entries up to :known_at under any of :tags or at one of :positions, in position order.
with wanted as (
    select t.position from record_tag t where t.tag = any (%(tags)s)
    union
    select p from unnest(%(positions)s::bigint[]) as p
)
select l.position, l.entry, encode(l.leaf, 'hex')
  from wanted w
  join record_log l on l.position = w.position
 where w.position <= %(known_at)s
 order by l.position
