-- Every complaint received within a span of days, with the latest of each step of its handling. What a
-- review opened again is handled anew: results, refusals and replies from before it no longer stand.
with step as (
    select * from complaint_step_at(%(known_at)s, %(cutoff)s)
), reopening as (
    select distinct on (complaint_id) complaint_id, key, on_date
      from step
     where step = 'reviewed' and reopened
     order by complaint_id, key desc
), latest as (
    select distinct on (s.complaint_id, s.step) s.*
      from step s
      left join reopening r on r.complaint_id = s.complaint_id
     where not (s.step in ('declined', 'resolved', 'replied') and s.key < coalesce(r.key, 0))
     order by s.complaint_id, s.step, s.key desc
), handled as (
    select complaint_id,
           jsonb_object_agg(step, jsonb_build_object(
               'position', key, 'on', on_date, 'unit', unit_id, 'person', person, 'due', due,
               'said', said, 'acknowledged', acknowledged)) as steps
      from latest
     group by complaint_id
), asked as (
    select distinct on (complaint_id) complaint_id, score
      from satisfaction_at(%(known_at)s, %(cutoff)s)
     where complaint_id is not null
     order by complaint_id, key desc
)
select c.key as position, c.complaint_id, c.occurred_on as received_on, c.enterprise, c.against_unit,
       c.kind, c.channel, c.anonymous, c.named, coalesce(h.steps, '{}') as steps,
       r.key as reopened_at, r.on_date as reopened_on, a.score as satisfaction
  from complaint_at(%(known_at)s, %(cutoff)s) c
  left join handled h on h.complaint_id = c.complaint_id
  left join reopening r on r.complaint_id = c.complaint_id
  left join asked a on a.complaint_id = c.complaint_id
 where c.occurred_on between %(start)s and %(end)s
 order by c.key
