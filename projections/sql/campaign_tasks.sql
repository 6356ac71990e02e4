-- The targets of a campaign and the shares they were handed on in, each with the value in force.
-- A share takes metric, unit, kind, class and least amount from its parent, and its own due day as end.
with recursive task as (
    select t.target_id, t.assignee, t.assignee_kind, t.metric, t.kind, t.value, t.unit,
           t.class, t.min_minor, t.min_currency, t.start_on, t.end_on,
           null::text as parent, array[t.key] as positions
      from target_at(%(known_at)s, %(cutoff)s) t
     where t.campaign_id = %(campaign)s
    union all
    select d.target_id, d.assignee, d.assignee_kind, p.metric, p.kind, d.value, p.unit,
           p.class, p.min_minor, p.min_currency, p.start_on, d.due,
           p.target_id, array[d.key]
      from task p
      join decomposition_at(%(known_at)s, %(cutoff)s) d on d.parent_id = p.target_id
), adjusted as (
    select distinct on (target_id) target_id, value, key
      from target_adjustment_at(%(known_at)s, %(cutoff)s)
     order by target_id, key desc
)
select t.target_id, t.assignee, t.assignee_kind, t.metric, t.kind, coalesce(a.value, t.value) as value,
       t.unit, t.class, t.min_minor, t.min_currency, t.start_on, t.end_on, t.parent,
       array_remove(t.positions || a.key, null) as positions
  from task t
  left join adjusted a on a.target_id = t.target_id
 order by t.positions, t.target_id
