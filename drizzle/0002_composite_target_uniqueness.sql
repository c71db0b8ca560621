ALTER TABLE `cluster_operation_targets` DROP INDEX IF EXISTS `operation_uuid`,
	ADD UNIQUE KEY IF NOT EXISTS `uq_cot_op_target` (`operation_uuid`,`target_object_type`,`target_uuid`),
	ADD KEY IF NOT EXISTS `idx_cot_operation` (`operation_uuid`);
--> statement-breakpoint
INSERT INTO `schema_versions` (`table_name`, `version`, `updated_at`) VALUES ('cluster_operation_targets', 2, UNIX_TIMESTAMP(NOW(6)))
	ON DUPLICATE KEY UPDATE `version` = VALUES(`version`), `updated_at` = VALUES(`updated_at`);
