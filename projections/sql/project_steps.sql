-- What happened to some projects besides signings and funds, in the order of days and positions.
select project_id, 'negotiation' as what, step, occurred_on as on_date, reason as text, key
  from negotiation_at(%(known_at)s, %(cutoff)s)
 where project_id = any (%(projects)s)
union all
select project_id, 'commencement', step, on_date, text, key
  from commencement_at(%(known_at)s, %(cutoff)s)
 where project_id = any (%(projects)s)
   and (step in ('deadline', 'refused') or on_date <= %(cutoff)s)
union all
select project_id, 'production', step, on_date, null, key
  from production_at(%(known_at)s, %(cutoff)s)
 where project_id = any (%(projects)s) and on_date <= %(cutoff)s
 order by on_date nulls first, key
