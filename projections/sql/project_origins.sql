-- Whose projects these are: the registrant of the earliest of the leads that became the project and
-- were neither refused nor found a repeat; who recorded its first signing, or else opened it.
-- Attribution is no figure of a day: it is read as known, whatever the cutoff.
with verdict as (
    select distinct on (lead_id) lead_id, verdict
      from lead_verdict_at(%(known_at)s, 'infinity')
     where verdict <> 'converted'
     order by lead_id, key desc
), led as (
    select p.project_id, p.lead_id
      from project_at(%(known_at)s, 'infinity') p
     where p.project_id = any (%(projects)s) and p.lead_id is not null
    union
    select c.project_id, c.lead_id
      from lead_verdict_at(%(known_at)s, 'infinity') c
     where c.verdict = 'converted' and c.project_id = any (%(projects)s)
), origin as (
    select distinct on (d.project_id) d.project_id, l.registrant, l.key
      from led d
      join lead_at(%(known_at)s, 'infinity') l on l.lead_id = d.lead_id
      left join verdict v on v.lead_id = d.lead_id
     where coalesce(v.verdict, 'pending') not in ('rejected', 'duplicate')
     order by d.project_id, l.key
), signed as (
    select distinct on (s.project_id) s.project_id, s.by_person, s.by_unit
      from signing_at(%(known_at)s, 'infinity') s
     where s.project_id = any (%(projects)s)
     order by s.project_id, s.key
)
select p.project_id, o.registrant, o.key as lead_position, p.jurisdiction,
       coalesce(s.by_person, p.by_person) as by_person, coalesce(s.by_unit, p.by_unit) as by_unit
  from project_at(%(known_at)s, 'infinity') p
  left join origin o on o.project_id = p.project_id
  left join signed s on s.project_id = p.project_id
 where p.project_id = any (%(projects)s)
