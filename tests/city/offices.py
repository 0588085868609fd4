"""Lists as quite different offices keep them: other names, orders, layouts and habits."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl

LON, LAT = 119.6720, 30.9140


def street_office(folder: Path) -> Path:
    """Three sheets: notes only, people with a header over two levels from row 4, a hidden list of words."""
    path = folder / "2026年滨江街道人口台账（终稿）.xlsx"
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "填表说明"
    notes["A1"] = "一、本表由各社区填写。二、常住人口以公安口径为准，数字请勿合并单元格。"
    sheet = book.create_sheet("汇总")
    sheet.append(["滨江街道各社区人口年龄结构一览表"])
    sheet.append(["填报日期：2026年3月", None, None, None, None, None, None, None, "单位：人"])
    sheet.append([])
    sheet.append(
        ["所属街镇", "社区（村）", "统计用区划代码", "总户数", "实有人口", "年龄结构", None, None, None, "备注"]
    )
    sheet.append([None, None, None, None, None, "0—14岁", "15至59岁", "60周岁及以上", "其中：80岁以上", None])
    for first, last in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (10, 10)):
        sheet.merge_cells(start_row=4, end_row=5, start_column=first, end_column=last)
    sheet.merge_cells(start_row=4, end_row=4, start_column=6, end_column=9)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=10)
    rows = [
        ["滨江街道", "望月居委会", "110101001001", "1,320", 4000, 600, 2400, 1000, 200, None],
        [None, "听雨居委会", "110101001002", 2210, "5000余", 800, 3000, 1200, 250, "含集体户"],
        [None, "南塘村", "110101001003", "九百五十", 3000, 500, 1700, 800, "—", None],
        ["临江镇", "枣园社区", "110101002001", 1500, 4200, 700, 2500, 1000, 150, None],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells(start_row=6, end_row=8, start_column=1, end_column=1)
    sheet.append(["合 计", None, None, 5980, 16200, 2600, 9600, 4000, 600, None])
    sheet.append(["注：实有人口含流动人口。"])
    words = book.create_sheet("选项")
    words.append(["名称", "地址"])
    words.sheet_state = "hidden"
    book.save(path)
    return path


def state_company(folder: Path) -> Path:
    """Idle rooms of a company: GBK, semicolons, rents for the whole room and month, areas and storeys in words."""
    path = folder / "存量房产盘活清单.csv"
    lines = [
        "某集团存量房产盘活清单;;;;;;;;",
        "房产编码;房产名称;房屋坐落;证载面积(平方米);位于楼层;目前使用情况;产权所有人;拟移交时间;月租金(元/月)",
        "ZC-01;老办公楼一层;滨江街道望月居委会解放路12号;约1,200平米;首层;空置;某集团有限公司;2026年6月底前;12000",
        "ZC-02;原职工食堂;滨江街道听雨居委会人民路3号;三百二十;地下一层;出租;某集团有限公司;2026/9/1;/",
        "ZC-03;门面房;滨江街道南塘村8号;80-100;一层半;闲置;某集团有限公司;20270101;2500",
        "ZC-04;仓库;临江镇枣园社区工业路7号;１，５００㎡;B1-B2;空置;某集团有限公司;待定;无",
        "ZC-05;会议室;临江镇枣园社区工业路7号;66以上;3F;空置;某集团有限公司;2026-05;1800",
        "小计;;;3,186;;;;;",
        "制表：×××;;;;;;;;",
    ]
    path.write_bytes("\r\n".join(lines).encode("gbk"))
    return path


def care_homes(folder: Path) -> Path:
    """Care homes under headings, degrees, minutes and seconds in one column, beds; a row is hidden by a filter."""
    path = folder / "民政服务机构名录.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(
        ["序号", "机构全称", "详细地址", "核定床位（张）", "经纬度", "营业时间", "负责人", "联系电话", "运营情况"]
    )
    sheet.append(["一、养老机构"])
    sheet.append(
        [1, "望月敬老院", "解放路20号", 120, "东经119°40′21″,北纬30°54′52″", "24小时", "王某", "010-88886666", "运营"]
    )
    sheet.append(
        [
            2,
            "听雨颐养中心",
            "人民路6号",
            "80张左右",
            "119°40'10\"E 30°54'40\"N",
            "24小时",
            "李某",
            "13900000000",
            "运营",
        ]
    )
    sheet.append([3, "枣园老年公寓", "工业路9号", 60, "119.6741，30.9131", "24小时", "赵某", "13900000001", "已关停"])
    sheet.append(["二、助餐点"])
    sheet.append(
        [4, "望月社区食堂", "解放路2号", None, "119.6735,30.9150", "10:30-13:00", "钱某", "13900000002", "运营"]
    )
    sheet.row_dimensions[4].hidden = True
    book.save(path)
    return path


def english_register(folder: Path) -> Path:
    """Blocks of flats in English, thousands separators, latitude before longitude, a units row of its own, UTF-16."""
    path = folder / "housing_blocks.csv"
    lines = [
        "Housing Authority - Register of Blocks\t\t\t\t\t\t\t",
        "Estate\tBlock No.\tNo. of storeys\tDwelling units\tGross floor area\tYear built\tLatitude\tLongitude",
        "\t\tfloors\tunits\tsqm\t\tdeg\tdeg",
        f'Riverside\tA1\t12\t96\t"8,640.5"\t1988\t{LAT}\t{LON}',
        f'Riverside\tA2\t12\t96\t"8,640.5"\t1988\t{LAT + 0.001}\t{LON}',
        f'Hillview\t7\t20\t160\t"14,400"\t2004\t{LAT}\t{LON + 0.002}',
        'Total\t\t\t352\t"31,681"\t\t\t',
    ]
    path.write_bytes("\n".join(lines).encode("utf-16"))
    return path


def school_bureau(folder: Path) -> Path:
    """Places for children with years of the Republic of China and dates of Excel, traditional characters."""
    path = folder / "托嬰中心名冊.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["編號", "機構名稱", "行政區", "門牌", "核定收托人數", "立案日期（民國）", "緯度", "經度", "最近評鑑"])
    sheet.append(
        [
            "T1",
            "小太陽托嬰中心",
            "中山區",
            "民生東路一段1號2樓",
            45,
            "102.05.01",
            25.0580,
            121.5250,
            datetime(2024, 3, 1),
        ]
    )
    sheet.append(
        ["T2", "彩虹托嬰中心", "中山區", "長春路20號1樓", "30人", "民國98年", 25.0545, 121.5300, datetime(2024, 4, 1)]
    )
    sheet.append(["T3", "星星托嬰中心", "中山區", "吉林路5號3樓", 38, 1040915, 121.5310, 25.0560, None])
    book.save(path)
    return path
