-- Negotiations held within a campaign and a span of days (S002-11).
select n.project_id, n.by_person, n.by_unit, n.occurred_on as day, n.key
  from negotiation_at(%(known_at)s, %(cutoff)s) n
 where n.step = 'held'
   and (%(campaign)s::text is null or n.campaign = %(campaign)s
        or n.project_id in (select a.project_id from adoption_at(%(known_at)s, %(cutoff)s) a
                             where a.campaign_id = %(campaign)s))
   and n.occurred_on between %(start)s and %(end)s
 order by n.key
