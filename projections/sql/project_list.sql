-- Projects opened by a day, each with its stage in the pipeline (SPEC G13) and what the rates say of it.
select p.project_id, p.key as opened_by, p.occurred_on as opened_on, p.name, p.class, p.kind,
       p.investor_name, p.investor_key, p.investor_country, p.funds_origin, p.jurisdiction,
       p.high_tech, p.is_compiled, p.lead_id,
       s.stage, r.signed_by, r.contract_cny, r.arrived_cny, r.tier,
       coalesce(r.major, false) as major,
       coalesce(r.terminated, false) as terminated, coalesce(r.performed, false) as performed,
       coalesce(r.commenced, false) as commenced
  from project_at(%(known_at)s, %(cutoff)s) p
  left join rate_project r on r.project_id = p.project_id
 cross join lateral (
    select case when r.terminated then '终止'
                when r.producing then '投产'
                when r.certified then '开工'
                when r.performed then '履约'
                when r.project_id is not null then '签约'
                when (select n.step from negotiation_at(%(known_at)s, %(cutoff)s) n
                       where n.project_id = p.project_id
                       order by n.occurred_on desc, n.key desc limit 1) = 'ended' then '洽谈终止'
                else '在谈' end as stage) s
 where (%(projects)s::text[] is null or p.project_id = any (%(projects)s))
   and (%(unit)s::text is null or p.jurisdiction = %(unit)s)
   and (%(origin)s::text is null or p.funds_origin = %(origin)s)
   and (%(stage)s::text is null or s.stage = %(stage)s)
   and (%(signed)s::boolean is null or (r.project_id is not null) = %(signed)s)
   and (%(major)s::boolean is null or coalesce(r.major, false) = %(major)s)
   and (%(after)s::text is null or p.project_id > %(after)s collate "C")
 order by p.project_id collate "C"
 limit %(limit)s
