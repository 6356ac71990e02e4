-- Enterprises visited outside the area within a campaign and a span of days (S003-03): visits, and the
-- outbound contacts whose mode counts as one.
select v.enterprise_key, v.enterprise, v.credit_code, v.led_by as participant,
       coalesce(v.unit_id, p.unit_id, v.by_unit) as unit, v.occurred_on as day, v.key
  from (
      select key, occurred_on, campaign, enterprise_key, enterprise, credit_code, led_by, unit_id, by_unit
        from visit_at(%(known_at)s, %(cutoff)s)
       where direction = '外出'
      union all
      select key, occurred_on, campaign, enterprise_key, enterprise, credit_code, led_by, unit_id, by_unit
        from contact_at(%(known_at)s, %(cutoff)s)
       where direction = 'out' and mode = any (%(modes)s)
  ) v
  left join participant_at(%(known_at)s, 'infinity') p on p.participant_id = v.led_by
 where (%(campaign)s::text is null or v.campaign = %(campaign)s)
   and v.occurred_on between %(start)s and %(end)s
 order by v.key
