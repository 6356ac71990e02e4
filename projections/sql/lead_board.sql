-- Leads with the verdict on each, the earlier live lead each competes with, and what became of it.
-- Competing is decided anew here, by what the record says now: a corrected name may make or end it.
with judged as (
    select distinct on (lead_id) lead_id, verdict, of_lead_id, ground, key
      from lead_verdict_at(%(known_at)s, %(cutoff)s)
     where verdict <> 'converted'
     order by lead_id, key desc
), converted as (
    select distinct on (lead_id) lead_id, project_id, key
      from lead_verdict_at(%(known_at)s, %(cutoff)s)
     where verdict = 'converted'
     order by lead_id, key desc
), standing as (
    select l.*, j.verdict, j.of_lead_id, j.ground, j.key as judged_by,
           coalesce(j.verdict, 'pending') not in ('rejected', 'duplicate') as live
      from lead_at(%(known_at)s, %(cutoff)s) l
      left join judged j on j.lead_id = l.lead_id
), rivalry as (
    select l.key, min(e.key) as earlier
      from standing l
      join standing e on e.name_key = l.name_key
     where e.live and e.key < l.key
       and (e.credit_code = l.credit_code or e.credit_code is null or l.credit_code is null)
       and (e.project_key = l.project_key or e.project_key = '' or l.project_key = '')
     group by l.key
    union all
    select l.key, min(e.key)
      from standing l
      join standing e on e.credit_code = l.credit_code
     where e.live and e.key < l.key
       and (e.project_key = l.project_key or e.project_key = '' or l.project_key = '')
     group by l.key
), rival as (
    select key, min(earlier) as earlier from rivalry group by key
), board as (
    select s.key as position, s.lead_id, s.occurred_on, s.kind, s.registrant, p.unit_id as unit,
           s.channel, s.investor_name as investor, s.credit_code, s.intended_project, s.industry,
           s.region, s.campaign, s.est_minor, s.est_currency, s.ground,
           s.of_lead_id as duplicate_of, e.lead_id as rival_of, c.project_id,
           coalesce(s.verdict, 'pending') as verdict,
           case when s.verdict in ('duplicate', 'rejected', 'not_valuable') then s.verdict
                when e.lead_id is not null then 'rival'
                when s.verdict = 'valuable' then 'valid'
                else 'pending' end as status,
           array_remove(array[s.key, s.judged_by, c.key], null) as positions
      from standing s
      left join rival r on r.key = s.key
      left join standing e on e.key = r.earlier
      left join converted c on c.lead_id = s.lead_id
      left join participant_at(%(known_at)s, 'infinity') p on p.participant_id = s.registrant
)
