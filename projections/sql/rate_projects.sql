-- One row per project of the base set of SPEC §4.2: what it is worth and which predicates hold of it.
-- Every fact is read once and every join is on a hash, so the cost is that of one pass over the facts.
-- It stands on `signing_term`, the query signing_terms.sql. With :projects it looks at those alone.
with counted as (
    -- Signings that count, with their terms in force.
    select s.project_id, s.signed_on, s.key, s.funds_cny, s.total_cny,
           case when s.total_currency = %(major_currency)s then s.total_minor end as total_foreign,
           t.signing_id is not null as terminated
      from signing_term s
      join signing_verdict_at(%(known_at)s, %(cutoff)s) v
        on v.signing_id = s.signing_id and v.key > s.key and v.ok
      left join signing_termination_at(%(known_at)s, %(cutoff)s) t
        on t.signing_id = s.signing_id and t.key > s.key and t.terminated_on <= %(cutoff)s
     where s.level = any (%(levels)s) and s.signed_on <= %(cutoff)s
       and (%(projects)s::text[] is null or s.project_id = any (%(projects)s))
       and not exists (
        -- The latest check counts; those that failed are few, so they are what is looked up.
        select from signing_verdict_at(%(known_at)s, %(cutoff)s) failed
         where failed.signing_id = s.signing_id and not failed.ok and failed.key > s.key
           and (failed.occurred_on, failed.key) > (v.occurred_on, v.key))
), signed as (
    -- The first over all time; day and position come first, so that the least array is the earliest.
    select project_id,
           min(array[signed_on - date '2000-01-01', key, funds_cny, total_cny, total_foreign]) as first,
           bool_and(terminated) as terminated
      from counted
     group by project_id
), arrival as (
    -- Each arrival once: by its highest authority, and there by the latest word.
    select a.project_id, a.minor, a.cny,
           max(array[authority_rank, r.occurred_on - date '2000-01-01', r.key, r.cny, r.rate_e9])
               as word
      from fund_arrival_at(%(known_at)s, %(cutoff)s) a
      left join fund_recognition_at(%(known_at)s, %(cutoff)s) r
        on r.arrival_id = a.arrival_id and r.key > a.key
     where a.received_on <= %(cutoff)s
       and (%(projects)s::text[] is null or a.project_id = any (%(projects)s))
     group by a.key, a.project_id, a.minor, a.cny
), arrived as (
    -- A foreign amount is reported without a rate; it takes that of its recognition.
    select project_id,
           sum(word[4])::bigint as recognised_cny,
           sum(coalesce(cny, round(minor * word[5]::numeric * 0.000000001)::bigint))::bigint
               as reported_cny,
           count(*) filter (where cny is null and word[5] is null) as unrated
      from arrival
     group by project_id
), withdrawn as (
    select project_id, sum(cny)::bigint as cny
      from fund_withdrawal_at(%(known_at)s, %(cutoff)s)
     where withdrawn_on <= %(cutoff)s
       and (%(projects)s::text[] is null or project_id = any (%(projects)s))
     group by project_id
), step as (
    -- A further step that makes a project performed is one more branch here and one word below.
    select project_id, 'registered' as step
      from company_at(%(known_at)s, %(cutoff)s)
     where registered_on <= %(cutoff)s
       and (%(projects)s::text[] is null or project_id = any (%(projects)s))
    union all
    select project_id, step
      from commencement_at(%(known_at)s, %(cutoff)s)
     where step in ('certified', 'deemed') and on_date <= %(cutoff)s
       and (%(projects)s::text[] is null or project_id = any (%(projects)s))
    union all
    select project_id, 'producing'
      from production_at(%(known_at)s, %(cutoff)s)
     where step in ('部分', '全部') and on_date <= %(cutoff)s
       and (%(projects)s::text[] is null or project_id = any (%(projects)s))
), stepped as (
    select project_id,
           bool_or(step = 'registered') as registered,
           bool_or(step = 'certified') as certified,
           bool_or(step = 'deemed') as deemed,
           bool_or(step = 'producing') as producing
      from step
     group by project_id
), joined as (
    select p.project_id, p.name, p.jurisdiction as unit, p.funds_origin as origin, p.key as opened_by,
           date '2000-01-01' + s.first[1]::int as signed_on, s.first[2] as signed_by,
           s.first[3] as contract_cny, s.first[4] as total_cny, s.first[5] as total_foreign,
           s.terminated,
           a.recognised_cny, a.reported_cny, coalesce(a.unrated, 0) as unrated,
           coalesce(a.recognised_cny, 0) - coalesce(w.cny, 0) as arrived_cny,
           coalesce(a.recognised_cny > 0, false) as funded,
           coalesce(t.registered, false) as registered,
           coalesce(t.certified, false) as certified,
           coalesce(t.deemed, false) as deemed,
           coalesce(t.producing, false) as producing
      from signed s
      join project_at(%(known_at)s, 'infinity') p on p.project_id = s.project_id
      left join arrived a on a.project_id = s.project_id
      left join withdrawn w on w.project_id = s.project_id
      left join stepped t on t.project_id = s.project_id
     where s.first[1] >= %(signed_from)s::date - date '2000-01-01'
       and p.funds_origin = any (%(origins)s)
)
select j.*,
       not terminated and case %(performed)s
           when 'any_step' then registered or funded or certified or producing
           when 'registered_or_funds' then registered or funded
           when 'funds_only' then funded
       end as performed,
       certified or producing or (%(include_deemed)s and deemed) as commenced,
       case when total_cny is null then '未定'
            when total_cny >= %(tier_1)s then 'T1'
            when total_cny >= %(tier_2)s then 'T2'
            when total_cny >= %(tier_3)s then 'T3'
            else 'T4' end as tier,
       -- 外资 by its own threshold, and like 省外 by that in yuan (S004-06, G12).
       coalesce(origin in ('外资', '港澳台') and total_foreign >= %(major_foreign)s
           or origin in ('外资', '港澳台', '省外') and total_cny >= %(major_domestic)s, false) as major,
       case when %(capped)s and arrived_cny > contract_cny then contract_cny else arrived_cny end
           as counted_cny
  from joined j
