-- Contacts of every kind, beyond a position, in the order in which they were recorded.
with met as (
    select key as position, 'contact' as kind, occurred_on, campaign, enterprise, enterprise_key,
           credit_code, direction, mode, null::text as purpose, led_by, participants,
           unit_id, lead_id, project_id, null::date as for_date,
           null::int as delegates, null::text[] as sites, contact_id, by_unit, by_person
      from contact_at(%(known_at)s, %(cutoff)s)
    union all
    select key, 'visit', occurred_on, campaign, enterprise, enterprise_key,
           credit_code, case direction when '外出' then 'out' else 'local' end, null, purpose, led_by,
           '{}', unit_id, null, null, null, null, null, null, by_unit, by_person
      from visit_at(%(known_at)s, %(cutoff)s)
    union all
    select key, 'invitation', occurred_on, campaign, enterprise, enterprise_key,
           credit_code, 'out', null, null, null, '{}', unit_id, lead_id, project_id,
           for_date, null, null, null, by_unit, by_person
      from invitation_at(%(known_at)s, %(cutoff)s)
    union all
    select key, 'inspection', occurred_on, campaign, enterprise, enterprise_key,
           credit_code, 'in', null, null, received_by, '{}', unit_id, lead_id, project_id,
           null, delegates, sites, null, by_unit, by_person
      from inspection_at(%(known_at)s, %(cutoff)s)
), whose as (
    -- Whose contact it was, as targets count it: the unit named, the leader's, the recorder's.
    select met.*, coalesce(met.unit_id, p.unit_id, met.by_unit) as unit
      from met
      left join participant_at(%(known_at)s, 'infinity') p on p.participant_id = met.led_by
)
select position, kind, occurred_on, campaign, enterprise, credit_code, direction, mode, purpose, led_by,
       participants, unit, lead_id, project_id, for_date, delegates, sites, contact_id,
       by_unit as recorded_by_unit, by_person as recorded_by
  from whose
 where position > %(after)s
   and (%(kind)s::text is null or kind = %(kind)s)
   and (%(campaign)s::text is null or campaign = %(campaign)s)
   and (%(enterprise_key)s::text is null or enterprise_key = %(enterprise_key)s)
   and (%(unit)s::text is null or unit = %(unit)s)
   and (%(person)s::text is null or led_by = %(person)s or %(person)s = any (participants)
        or by_person = %(person)s)
   and (%(lead)s::text is null or lead_id = %(lead)s)
   and (%(project)s::text is null or project_id = %(project)s)
 order by position
 limit %(limit)s
