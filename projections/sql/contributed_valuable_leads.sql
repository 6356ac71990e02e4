-- Leads found valuable, registered within a campaign and a span of days (K1, S002-10).
-- With :first_only, of all valuable leads for one investor and project, in whatever campaign, only the
-- one that stands first in the record scores. Two leads are about the same where credit codes agree or,
-- if either has none, where country and name do; and where both name a project, that is the same too.
with verdict as (
    select distinct on (lead_id) lead_id, verdict, key
      from lead_verdict_at(%(known_at)s, %(cutoff)s)
     where verdict <> 'converted'
     order by lead_id, key desc
), valuable as (
    select l.key, l.lead_id, l.registrant, l.occurred_on, l.campaign, l.name_key, l.credit_code,
           l.project_key, v.key as verified_by
      from lead_at(%(known_at)s, %(cutoff)s) l
      join verdict v on v.lead_id = l.lead_id
     where v.verdict = 'valuable' and l.kind = any (%(kinds)s)
), beaten as (
    -- Joins and not one condition with `or`: that would compare every lead with every other.
    select l.key
      from valuable l
      join valuable e on e.name_key = l.name_key
     where %(first_only)s and e.key < l.key
       and (e.credit_code = l.credit_code or e.credit_code is null or l.credit_code is null)
       and (e.project_key = l.project_key or e.project_key = '' or l.project_key = '')
    union
    select l.key
      from valuable l
      join valuable e on e.credit_code = l.credit_code
     where %(first_only)s and e.key < l.key
       and (e.project_key = l.project_key or e.project_key = '' or l.project_key = '')
)
select l.lead_id as id, l.registrant as participant, l.occurred_on as day,
       array[l.key, l.verified_by] as positions
  from valuable l
  left join beaten b on b.key = l.key
 where b.key is null
   and (%(campaign)s::text is null or l.campaign = %(campaign)s)
   and l.occurred_on between %(start)s and %(end)s
 order by l.key
