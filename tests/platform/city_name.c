#include "tests/platform/city_name.h"

#include <stdio.h>
#include <string.h>

#define COUNT(table) ((uint32_t)(sizeof(table) / sizeof *(table)))
#define PICK(random, table) (table)[city_random_below(random, COUNT(table))]

const struct city_district city_districts[CITY_DISTRICTS] = {
    {"371600", "滨州市"}, {"371602", "滨城区"}, {"371603", "沾化区"}, {"371621", "惠民县"},
    {"371622", "阳信县"}, {"371623", "无棣县"}, {"371625", "博兴县"}, {"371681", "邹平市"},
};

static const char *const surnames[] = {
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐",   "孙",   "胡",  "朱", "高",
    "林", "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐",   "冯",   "于",  "董", "萧",
    "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏",   "卢",   "蒋",  "蔡", "贾",
    "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴", "夏", "钟",   "汪",   "田",  "任", "姜",
    "范", "方", "石", "姚", "谭", "廖", "邹", "熊", "金", "陆", "欧阳", "司马", "上官"};

static const char *const given[] = {
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛",
    "明", "超", "秀", "霞", "平", "刚", "桂", "英", "华", "玉", "兰", "红", "建", "国", "文",
    "斌", "宇", "浩", "凯", "健", "俊", "帆", "雪", "荣", "梅", "琳", "晨", "辉", "力", "玲",
    "春", "燕", "海", "燊", "清", "波", "志", "新", "淑", "珍", "宁", "庆", "东", "南", "鑫"};

/* Rare characters that old systems wrote as private-use code points (names.json). */
static const char rare[] = "\xE4\xB6\xAE", rare_private[] = "\xEE\xA1\xA3"; /* U+4DAE, U+E863 */

static const char *const dotted[] = {"买买提",   "吐尔逊", "阿依古丽", "艾力",   "热孜万",
                                     "迪丽努尔", "库尔班", "帕提曼",   "玉素甫", "阿不都拉"};

static const char *const dots[] = {"•", "‧", "∙", "⋅", "・", "．", "･", "\xCE\x87", "\xE2\x80\xA4"};

static const char *const works[] = {
    "教育",         "卫生健康", "农业农村", "住房和城乡建设", "交通运输", "水利",
    "工业和信息化", "自然资源", "生态环境", "文化和旅游",     "科学技术", "民政",
    "市场监督管理", "应急管理", "林业",     "统计",           "审计",     "司法"};

static const char *const brands[] = {"鲁北",   "黄河", "渤海", "齐东", "梁邹", "秦台",   "蒲湖",
                                     "魏桥路", "长山", "韩店", "明集", "青阳", "麻大湖", "孙子",
                                     "杜家",   "北海", "新安", "安泰", "惠丰", "众和"};

static const char *const branches[] = {"机械制造", "纺织",     "化工",     "建筑工程",
                                       "食品",     "生物科技", "信息技术", "新材料",
                                       "勘察设计", "物流",     "铝业",     "农业科技"};

static const char *const public_bodies[] = {
    "实验小学", "初级中学", "人民医院",         "中心卫生院",       "农业技术推广站",
    "水文站",   "文化馆",   "职业中等专业学校", "疾病预防控制中心", "公路养护中心"};

static const char *const topics[] = {"专业技术人员职业道德和能力建设",
                                     "黄河流域生态保护和高质量发展",
                                     "社会主义法治理念教育",
                                     "数字技术应用",
                                     "知识产权保护与运用",
                                     "网络安全基础",
                                     "应急管理与安全生产",
                                     "医养健康服务",
                                     "科学精神培育",
                                     "人文素养",
                                     "教学设计与课堂评价",
                                     "临床诊疗规范更新",
                                     "工程质量与造价",
                                     "现代农业技术推广",
                                     "智能制造与工艺改进",
                                     "水利工程运行维护"};

void city_name_person(struct city_random *random, char ret[CITY_NAME_SIZE])
{
    if (city_random_permille(random, 6)) {
        const char *first = PICK(random, dotted);
        snprintf(ret, CITY_NAME_SIZE, "%s·%s", first, PICK(random, dotted));
        return;
    }
    const char *surname = PICK(random, surnames);
    const char *one = city_random_permille(random, 5) ? rare : PICK(random, given);
    const char *two = city_random_permille(random, 700) ? PICK(random, given) : "";
    snprintf(ret, CITY_NAME_SIZE, "%s%s%s", surname, one, two);
}

void city_name_other(const char *name, char ret[CITY_NAME_SIZE])
{
    snprintf(ret, CITY_NAME_SIZE, "%.*s更", (int)strnlen(name, 100), name);
}

void city_name_department(unsigned number, char ret[CITY_NAME_SIZE])
{
    unsigned work = number / CITY_DISTRICTS % COUNT(works);
    snprintf(ret, CITY_NAME_SIZE, "%s%s局", city_districts[number % CITY_DISTRICTS].name,
             works[work]);
}

void city_name_employer(struct city_random *random, const char *district, unsigned number,
                        char ret[CITY_NAME_SIZE])
{
    if (number % 3 != 0) {
        const char *brand = PICK(random, brands);
        snprintf(ret, CITY_NAME_SIZE, "%s%s%s有限公司", district, brand, PICK(random, branches));
        return;
    }
    snprintf(ret, CITY_NAME_SIZE, "%s第%u%s（%s）", district, number / 3 + 1,
             PICK(random, public_bodies), PICK(random, brands));
}

void city_name_course(const char *kind, int year, unsigned number, char ret[CITY_NAME_SIZE])
{
    snprintf(ret, CITY_NAME_SIZE, "%s（%d年%s第%u讲）", topics[number % COUNT(topics)], year, kind,
             number / COUNT(topics) + 1);
}

void city_name_wide(const char *text, size_t size, char *ret)
{
    size_t used = 0;
    for (; *text != '\0' && used + 4 < size; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte <= ' ' || byte >= 0x7F) {
            ret[used++] = *text;
            continue;
        }
        unsigned point = byte + 0xFEE0U;
        ret[used++] = (char)(0xE0 | point >> 12);
        ret[used++] = (char)(0x80 | (point >> 6 & 0x3F));
        ret[used++] = (char)(0x80 | (point & 0x3F));
    }
    ret[used] = '\0';
}

/* Replaces the first `from`; false when the text has none. */
static bool replaced(const char *text, const char *from, const char *to, size_t size, char *ret)
{
    const char *found = strstr(text, from);
    if (found == NULL)
        return false;
    snprintf(ret, size, "%.*s%s%s", (int)(found - text), text, to, found + strlen(from));
    return true;
}

void city_name_respell(struct city_random *random, const char *text, size_t size, char *ret)
{
    if (replaced(text, "·", PICK(random, dots), size, ret) ||
        replaced(text, rare, rare_private, size, ret) || replaced(text, "（", "(", size, ret))
        return;
    uint32_t way = city_random_below(random, 3);
    if (way == 0) {
        city_name_wide(text, size, ret);
        if (strcmp(ret, text) != 0)
            return;
    }
    snprintf(ret, size, way == 1 ? " %s" : way == 2 ? "%s　" : "%s  ", text);
}
