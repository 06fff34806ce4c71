ALTER TABLE `polls_outbox` MODIFY `payload` longblob NOT NULL;
