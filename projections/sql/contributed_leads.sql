-- Leads registered within a campaign and a span of days, with the verdict on each, if any.
-- :without lists the verdicts that keep a lead from counting.
with verdict as (
    select distinct on (lead_id) lead_id, verdict, key
      from lead_verdict_at(%(known_at)s, %(cutoff)s)
     where verdict <> 'converted'
     order by lead_id, key desc
)
select l.lead_id as id, l.registrant as participant, l.occurred_on as day,
       array_remove(array[l.key, v.key], null) as positions
  from lead_at(%(known_at)s, %(cutoff)s) l
  left join verdict v on v.lead_id = l.lead_id
 where (%(campaign)s::text is null or l.campaign = %(campaign)s)
   and l.occurred_on between %(start)s and %(end)s
   and coalesce(v.verdict, 'pending') <> all (%(without)s)
 order by l.key
