-- The positions behind the predicates of some projects, each with the predicate's part it speaks to.
with signed as (
    select s.signing_id, s.project_id, s.key, s.key = any (%(signings)s) as first
      from signing_at(%(known_at)s, %(cutoff)s) s
     where s.project_id = any (%(projects)s)
       and s.level = any (%(levels)s) and s.signed_on <= %(cutoff)s
), verdict as (
    select distinct on (s.key) s.key as signed_by, s.project_id, s.first, v.key, v.ok
      from signed s
      join signing_verdict_at(%(known_at)s, %(cutoff)s) v
        on v.signing_id = s.signing_id and v.key > s.key
     order by s.key, v.occurred_on desc, v.key desc
), arrival as (
    select a.project_id, a.arrival_id, a.key
      from fund_arrival_at(%(known_at)s, %(cutoff)s) a
     where a.project_id = any (%(projects)s) and a.received_on <= %(cutoff)s
), recognition as (
    select distinct on (a.key) a.project_id, r.key
      from arrival a
      join fund_recognition_at(%(known_at)s, %(cutoff)s) r
        on r.arrival_id = a.arrival_id and r.key > a.key
     order by a.key, r.authority_rank desc, r.occurred_on desc, r.key desc
)
select project_id, 'signed' as part, key from signed where first
union all
select project_id, 'signed', key from verdict where first
union all
select s.project_id, 'amended', a.key
  from signed s
  join signing_amendment_at(%(known_at)s, %(cutoff)s) a
    on a.signing_id = s.signing_id and a.key > s.key
 where s.first
union all
select s.project_id, 'terminated', t.key
  from signed s
  join verdict v on v.signed_by = s.key and v.ok
  join signing_termination_at(%(known_at)s, %(cutoff)s) t
    on t.signing_id = s.signing_id and t.key > s.key and t.terminated_on <= %(cutoff)s
union all
select project_id, 'reported', key from arrival
union all
select project_id, 'recognised', key from recognition
union all
select project_id, 'withdrawn', key
  from fund_withdrawal_at(%(known_at)s, %(cutoff)s)
 where project_id = any (%(projects)s) and withdrawn_on <= %(cutoff)s
union all
select project_id, 'registered', key
  from company_at(%(known_at)s, %(cutoff)s)
 where project_id = any (%(projects)s) and registered_on <= %(cutoff)s
union all
select project_id, step, key
  from commencement_at(%(known_at)s, %(cutoff)s)
 where project_id = any (%(projects)s) and on_date <= %(cutoff)s and step in ('certified', 'deemed')
union all
select project_id, 'producing', key
  from production_at(%(known_at)s, %(cutoff)s)
 where project_id = any (%(projects)s) and on_date <= %(cutoff)s and step in ('部分', '全部')
 order by 1, 3
