-- Projects whose start was certified, with the certified day within a campaign and a span of days; each
-- once, at its earliest certified day (S002-13, S003-07). Deemed starts count for awards alone (A-10).
with start as (
    select distinct on (project_id) project_id, key, on_date, campaign
      from commencement_at(%(known_at)s, %(cutoff)s)
     where step = 'certified'
     order by project_id, on_date, key
)
select s.project_id, s.on_date as day, s.key, p.class, p.funds_origin
  from start s
  join project_at(%(known_at)s, 'infinity') p on p.project_id = s.project_id
 where s.on_date between %(start)s and %(end)s
   and (%(campaign)s::text is null or s.campaign = %(campaign)s
        or s.project_id in (select a.project_id from adoption_at(%(known_at)s, %(cutoff)s) a
                             where a.campaign_id = %(campaign)s))
 order by s.key
