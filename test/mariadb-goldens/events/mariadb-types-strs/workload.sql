SET sql_mode=''; USE `app`;
INSERT INTO strs (id,c,cb,v,vb,bn,tt,te,mt,lt,tb,bl,mb,lb,e,s,l1,sj,gb,u16,u32,cp,as1,b5,ko,ci) VALUES (2,'','','türkçe 日本語 😀','',x'0000000000000000',NULL,'a\0b',NULL,'l',NULL,'text',NULL,'','ç','','ÿ','ｱ','','',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO strs (id,c,cb,v,vb,bn,tt,te,mt,lt,tb,bl,mb,lb,e,s,l1,sj,gb,u16,u32,cp,as1,b5,ko,ci) VALUES (3,'ığüş€😀',x'ff00','',NULL,x'ffffffffffffffff','','\b\f\r\u001f <&>','m',NULL,'',NULL,'',NULL,NULL,'x,y z,ü,w''w',NULL,NULL,NULL,NULL,'','','','','','');
INSERT INTO strs (id,c,cb,v,vb,bn,tt,te,mt,lt,tb,bl,mb,lb,e,s,l1,sj,gb,u16,u32,cp,as1,b5,ko,ci) VALUES (4,'abc',x'6100620000','Favourite \\ "colour"?\n\t/',x'00ff10',x'0102','tiny',REPEAT('x',300),REPEAT('ş',400),REPEAT('😀',100),x'00',x'deadbeef',REPEAT(x'ab',300),x'0a0b0c','b,c','x,ü','café €','日本','中文','utf16 😀','32😀','Привет','ascii','繁體','한국','Ci');
UPDATE strs SET c='',cb='',v='türkçe 日本語 😀',vb='',bn=x'0000000000000000',tt=NULL,te='a\0b',mt=NULL,lt='l',tb=NULL,bl='text',mb=NULL,lb='',e='ç',s='',l1='ÿ',sj='ｱ',gb='',u16='',u32=NULL,cp=NULL,as1=NULL,b5=NULL,ko=NULL,ci=NULL WHERE id=4;
DELETE FROM strs WHERE id=2;
