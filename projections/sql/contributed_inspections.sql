-- Enterprises that came to inspect within a campaign and a span of days (S003-04).
select enterprise_key, enterprise, credit_code, received_by as participant, unit_id as unit,
       occurred_on as day, key
  from inspection_at(%(known_at)s, %(cutoff)s)
 where (%(campaign)s::text is null or campaign = %(campaign)s)
   and occurred_on between %(start)s and %(end)s
 order by key
