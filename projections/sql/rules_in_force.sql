-- The settings in force on :rules_at, as known at :known_at: of those that cover the day, the one
-- recorded last. A rule's own dates say when it holds, so the cutoff plays no part.
select distinct on (rule_key) rule_key, value, key, document
  from rule_at(%(known_at)s, 'infinity')
 where rule_key = any (%(keys)s)
   and valid_from <= %(rules_at)s
   and (valid_to is null or valid_to >= %(rules_at)s)
 order by rule_key, key desc
