-- Events by type or all of them, in position order; for the rare reader without a tag.
-- Tagged items are answered too, by looking at each event, so any mixture is allowed.
select h.position, x.position, x.type, x.entry
  from record_head h
  left join (
    select l.position, l.type, l.entry from record_log l
     where l.position > %(after)s
       and (%(everything)s or l.type = any (%(types)s::text[])
            or exists (select 1 from unnest(%(tag)s::text[], %(more)s::text[], %(tagged)s::text[])
                              as w(tag, more, types)
                        where (w.types is null or l.type = any (w.types::text[]))
                          and record_has_tags(l.position, l.type, w.tag || coalesce(w.more::text[], '{}'))))
     order by l.position limit %(limit)s) x on true
 order by x.position
