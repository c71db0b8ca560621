ALTER TABLE `object_metadata` DROP COLUMN IF EXISTS `last_cluster_operation_json`;
--> statement-breakpoint
INSERT INTO `schema_versions` (`table_name`, `version`, `updated_at`) VALUES ('object_metadata', 3, UNIX_TIMESTAMP(NOW(6)))
	ON DUPLICATE KEY UPDATE `version` = VALUES(`version`), `updated_at` = VALUES(`updated_at`);
